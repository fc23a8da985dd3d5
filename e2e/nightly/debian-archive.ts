import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { gunzipSync } from "node:zlib";
import { nodeProcesses } from "#system/node-processes.ts";
import { field, parseStanzas, type Stanza } from "./control-stanzas.ts";

/** Debian's archive as this computer reaches it. Paths are relative to its root, without a slash in front. */
export interface DebianArchive {
  readonly base: string;
  exists(path: string): Promise<boolean>;
  /** Downloaded into the cache and kept; for files that never change (below `pool/`). Throws `ArchiveError`. */
  file(path: string): Promise<string>;
  /** Never cached. Throws `ArchiveError`. */
  bytes(path: string): Promise<Buffer>;
}

/** What the archive does not have, or does not give. */
export class ArchiveError extends Error {
  readonly status: number;
  constructor(url: string, status: number) {
    super(`${url} answers ${status}`);
    this.status = status;
  }
}

/** The mirror that apt is configured with. Throws where apt knows no Debian archive. */
export async function aptMirror(): Promise<string> {
  const wanted = ["Created-By: Packages", "Origin: Debian", "Label: Debian"];
  const { stdout } = await nodeProcesses.run([
    "apt-get",
    "indextargets",
    "--format",
    "$(REPO_URI)",
    ...wanted,
  ]);
  const base = stdout.split("\n").find((line) => /^https?:/.test(line));
  if (base === undefined) throw new Error("apt is configured with no Debian mirror over HTTP");
  return base.replace(/\/+$/, "");
}

/** A reply's bytes as they come. The web's own type does not say that it can be iterated. */
export const bodyOf = (response: Response): AsyncIterable<Uint8Array> =>
  (response.body ?? []) as AsyncIterable<Uint8Array>;

const tries = 3;

/** A server may close an idle connection just when it is used again; an answer of its own counts at once. */
async function persistently<T>(work: () => Promise<T>): Promise<T> {
  for (let left = tries - 1; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ArchiveError || left === 0) throw error;
    }
  }
}

export function openDebianArchive(base: string, cache: string): DebianArchive {
  const running = new Map<string, Promise<string>>();
  const url = (path: string): string => `${base}/${path}`;

  async function downloadOnce(path: string, target: string): Promise<string> {
    const response = await fetch(url(path));
    if (!response.ok) throw new ArchiveError(url(path), response.status);
    const part = `${target}.${process.pid}.part`;
    await mkdir(cache, { recursive: true });
    try {
      await pipeline(bodyOf(response), createWriteStream(part));
      await rename(part, target);
    } finally {
      await rm(part, { force: true });
    }
    return target;
  }

  return {
    base,
    exists: (path) =>
      persistently(async () => {
        const response = await fetch(url(path), { method: "HEAD" });
        return response.ok;
      }),
    async file(path) {
      const folder = createHash("sha256").update(url(path)).digest("hex").slice(0, 12);
      const target = join(cache, `${folder}-${basename(path)}`);
      if ((await stat(target).catch(() => null)) !== null) return target;
      const work = running.get(target) ?? persistently(() => downloadOnce(path, target));
      running.set(target, work);
      return work.finally(() => running.delete(target));
    },
    bytes: (path) =>
      persistently(async () => {
        const response = await fetch(url(path));
        if (!response.ok) throw new ArchiveError(url(path), response.status);
        return Buffer.from(await response.arrayBuffer());
      }),
  };
}

/** Stanzas of `dists/<release>/<path>/Packages`. */
export async function readIndex(archive: DebianArchive, release: string, path: string): Promise<Stanza[]> {
  const packed = await archive.bytes(`dists/${release}/${path}/Packages.gz`);
  return parseStanzas(gunzipSync(packed).toString("utf8"));
}

/** Downloads the package of a stanza, and compares it with the index's checksum. */
export async function fetchPackage(archive: DebianArchive, stanza: Stanza): Promise<string> {
  const file = await archive.file(field(stanza, "Filename"));
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  if (hash.digest("hex") === field(stanza, "SHA256")) return file;
  await rm(file);
  throw new Error(`${field(stanza, "Filename")} is not what the index says`);
}
