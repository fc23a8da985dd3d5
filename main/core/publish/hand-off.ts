import type { z } from "zod";
import type { OsFactsSchema } from "#contract/facts-system.ts";
import type { HandOffSchema } from "#contract/publish.ts";
import type { StagingPlace } from "#contract/staging.ts";
import { sizeText } from "#core/lib/size-text.ts";
import type { PreparedFile } from "./prepare/prepared-files.ts";

type HandOff = z.infer<typeof HandOffSchema>;
type Os = z.infer<typeof OsFactsSchema>;

/**
 * What the operator of a panel has to enter (Compute > Images > Add Image, Hypervisor.io documentation). No call of
 * ours can do it: the bodies of those requests are not public.
 */
export function writeHandOff(options: {
  name: string;
  key: string;
  place: StagingPlace;
  file: PreparedFile;
  os: Os | null;
  cloudInit: boolean | null;
}): HandOff {
  const { name, key, place, file, os, cloudInit } = options;
  const { sizeBytes, sha256 } = file;
  const fileName = key.split("/").at(-1) ?? key;
  const path = pathOf(place, key);
  const osType = osTypes[os?.family ?? "unknown"];
  const rows: [string, string][] = [
    ["Name", name],
    ["Description", os?.prettyName ?? "-"],
    ["OS type", osType],
    ["Cloud-init support", cloudInit === null ? "not known" : cloudInit ? "yes" : "no"],
    ["Source file", fileName],
    ["Where it lies", path],
    ["Size", `${sizeBytes} bytes (${sizeText(sizeBytes)})`],
    ["SHA-256", sha256],
    ["Media group", "the operator's choice"],
  ];
  const table = rows.map(([title, value]) => `| ${title} | ${cell(value)} |`).join("\n");
  const text = [
    `# Register the image ${cell(name)}`,
    "The file is on the storage of the stock images. In the panel: Compute > Images > Add Image.",
    `| Field | Value |\n|---|---|\n${table}`,
    `Check the file first: \`sha256sum ${fileName}\` must give the sum above.`,
  ].join("\n\n");
  return { name, fileName, path, sizeBytes, sha256, osType, cloudInit, text: `${text}\n` };
}

const osTypes: Readonly<Record<Os["family"], string>> = {
  linux: "Linux",
  windows: "Windows",
  bsd: "BSD",
  unknown: "not known",
};

/** Names come out of images and forms; in a table a bar or a line break would be another cell. */
const cell = (value: string): string => value.replaceAll("|", "\\|").replaceAll(/\s+/g, " ");

function pathOf(place: StagingPlace, key: string): string {
  switch (place.kind) {
    case "s3":
      return `${place.endpoint}/${place.bucket}/${key}`;
    case "oci":
      return `${place.bucket}/${key}`;
    case "sftp":
      return `${place.username}@${place.host}:${place.directory}/${key}`;
    case "folder":
      return `${place.path}/${key}`;
  }
}
