import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { nodeProcesses } from "#system/node-processes.ts";
import { fetchPackage, readIndex, type DebianArchive } from "./debian-archive.ts";
import { unpackDeb } from "./udeb-builder.ts";
import { readInitrdContent, type InitrdContent } from "./udeb-index.ts";

export interface Netboot {
  readonly kernel: string;
  readonly initrd: string;
  readonly content: InitrdContent;
}

/** Debian's installer for booting over the network, as its own package has it; `version` is Debian's (`13`). */
export async function fetchNetboot(
  archive: DebianArchive,
  { release, version, folder }: { release: string; version: string; folder: string },
): Promise<Netboot> {
  const name = `debian-installer-${version}-netboot-amd64`;
  const index = await readIndex(archive, release, "main/binary-amd64");
  const stanza = index.find((one) => one.get("Package") === name);
  if (stanza === undefined) throw new Error(`${release} has no ${name}`);
  await mkdir(folder, { recursive: true });
  const root = await unpackDeb(await fetchPackage(archive, stanza), join(folder, name));
  const images = join(root, `usr/lib/debian-installer/images/${version}/amd64/text/debian-installer/amd64`);
  const initrd = join(images, "initrd.gz");
  return {
    kernel: join(images, "linux"),
    initrd,
    content: readInitrdContent(await statusOf(initrd, folder)),
  };
}

/** The dpkg status file in the initrd. */
async function statusOf(initrd: string, folder: string): Promise<string> {
  const script = 'cd "$2" && gzip -dc "$1" | cpio -id --quiet var/lib/dpkg/status';
  await nodeProcesses.run(["sh", "-c", script, "sh", initrd, folder]);
  return readFile(join(folder, "var/lib/dpkg/status"), "utf8");
}
