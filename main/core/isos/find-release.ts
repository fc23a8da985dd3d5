import { AppError } from "#core/lib/app-error.ts";
import type { CatalogueEntry } from "./catalogue.ts";
import { parseList } from "./checksum-lists.ts";

/** The file to download now. */
export interface Release {
  readonly url: string;
  readonly fileName: string;
  readonly sha256: string;
  readonly sizeBytes: number | null;
}

/** Fedora's list of all its images is 1 MB. */
const maxListBytes = 8 * 1024 ** 2;
const timeoutMs = 30_000;

/** Asks the project which file is the newest of this installer. Throws `network`, `protocol` or `not-found`. */
export async function findRelease(entry: CatalogueEntry, signal: AbortSignal): Promise<Release> {
  return chooseRelease(entry, await fetchText(entry.list.url, signal));
}

export function chooseRelease(entry: CatalogueEntry, listText: string): Release {
  const pattern = new RegExp(entry.pattern);
  const files = parseList(entry.list.format, listText)
    .filter(({ name }) => pattern.test(baseName(name)))
    .sort((a, b) => compareVersions(baseName(b.name), baseName(a.name)));
  const [newest] = files;
  if (newest === undefined) {
    throw new AppError("not-found", `${entry.title} is not in the project's list of files any more`, {
      hint: "Download the ISO with a browser and add it as your own.",
      details: { list: entry.list.url },
    });
  }
  const fileName = baseName(newest.name);
  const url = /^https?:\/\//.test(newest.name)
    ? newest.name
    : new URL(encodeURI(newest.name), entry.base ?? entry.list.url).href;
  return { url, fileName, sha256: newest.sha256, sizeBytes: newest.sizeBytes };
}

const baseName = (name: string): string => name.slice(name.lastIndexOf("/") + 1);

/** Numbers inside names compare as numbers: 12.10 comes after 12.9. */
function compareVersions(a: string, b: string): number {
  return new Intl.Collator("en", { numeric: true }).compare(a, b);
}

async function fetchText(url: string, signal: AbortSignal): Promise<string> {
  try {
    const reply = await fetch(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      headers: { "user-agent": "goldsmith" },
    });
    if (!reply.ok) {
      await reply.body?.cancel();
      throw new AppError(
        "network",
        `${new URL(url).host} answers ${reply.status} for the list of checksums`,
        {
          retry: "later",
        },
      );
    }
    const pieces: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const piece of (reply.body ?? []) as AsyncIterable<Uint8Array>) {
      sizeBytes += piece.byteLength;
      if (sizeBytes > maxListBytes) throw new AppError("protocol", `The list at ${url} is too long`);
      pieces.push(piece);
    }
    return Buffer.concat(pieces).toString("utf8");
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (signal.aborted) throw new AppError("cancelled", "Cancelled", { cause: error });
    throw new AppError("network", `${new URL(url).host} cannot be reached`, { retry: "later", cause: error });
  }
}
