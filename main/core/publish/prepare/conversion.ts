import type { ImageFacts } from "#contract/facts.ts";
import type { ImageView } from "#contract/image.ts";
import type { Capabilities } from "#contract/provider-info.ts";
import type { DestinationPlan } from "#contract/publish.ts";

export type Conversion = DestinationPlan["convert"];

/**
 * How a library file must be changed before it is uploaded; null: it goes as it is. A raw file goes as qcow2 also
 * where raw is taken, because holes and zeros are not worth an upload. zstd inside a qcow2 is newer than what
 * importers are known to read.
 */
export function conversionFor(
  { formats }: Pick<Capabilities, "formats">,
  image: Pick<ImageView, "format">,
  facts: Pick<ImageFacts, "archive" | "compressedClusters"> | null,
): Conversion {
  if (image.format === "iso9660" || !formats.includes("qcow2")) return null;
  if ((facts?.archive ?? null) !== null) return null;
  const readable = image.format !== "raw" && facts?.compressedClusters !== "zstd";
  return readable && formats.includes(image.format) ? null : "qcow2-zlib";
}
