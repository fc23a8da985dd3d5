import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { constants, zstdCompressSync } from "node:zlib";
import { tool } from "#core/image/testing/disk-images.ts";
import { fillMount } from "./fill-mount.ts";
import { mountedTree } from "./mounted-tree.ts";

/** Makes the kept image anew. Blocks of 1 KiB bring every form with few bytes. Needs root and a kernel with XFS. */
const folder = await mkdtemp(join(tmpdir(), "gs-xfs-"));
const image = join(folder, "image");
const mountPoint = join(folder, "mount");
try {
  await mkdir(mountPoint);
  await tool("truncate", "-s", "40M", image);
  const options = [
    "-b",
    "size=1024",
    "-d",
    "agcount=2",
    "-i",
    "nrext64=1",
    "-m",
    "reflink=1",
    "-L",
    "all forms",
  ];
  const uuid = "uuid=0f0e0d0c-0b0a-4908-8706-050403020100";
  await tool("mkfs.xfs", "-q", "--unsupported", ...options, "-m", uuid, image);
  await tool("mount", "-o", "loop", image, mountPoint);
  try {
    await fillMount(mountPoint, { names: 3200 });
    await keep("all-forms.json.zst", Buffer.from(JSON.stringify(await mountedTree(mountPoint))));
  } finally {
    await tool("umount", mountPoint);
  }
  await keep("all-forms.img.zst", await readFile(image));
} finally {
  await rm(folder, { recursive: true, force: true });
}

function keep(name: string, bytes: Buffer): Promise<void> {
  const packed = zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 19 } });
  return writeFile(join(import.meta.dirname, name), packed);
}
