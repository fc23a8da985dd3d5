import { createReadStream, createWriteStream } from "node:fs";
import { copyFile, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress, gzipSync } from "node:zlib";
import type { Ports } from "#ports/ports.ts";
import { isoGrubModules, isoGrubStart, writeBootableIso } from "./bootable-iso.ts";
import { cpioArchive, type TreeEntry } from "#core/image/cpio.ts";
import { collectModules } from "./kernel-modules.ts";
import type { PracticeRoot } from "./practice-root.ts";
import { loaderArguments, programsWithLibraries } from "./shared-libraries.ts";

const volumeId = "GOLDSMITH_PRACTICE";
const modules = [
  ["virtio_pci", "virtio_scsi", "virtio_blk", "sd_mod", "sr_mod", "isofs"],
  ["ext4", "vfat", "nls_cp437", "nls_ascii"],
].flat();
const programs = ["bin/busybox", "bin/tar", "bin/zstd", "sbin/sfdisk", "sbin/mke2fs", "sbin/mkfs.fat"].map(
  (path) => `usr/${path}`,
);
/** Free room for logs, keys and one upgrade, beside the unpacked system. */
const spareBytes = 1024 ** 3;

/** Lays out the medium and writes it to `target`. */
export async function writePracticeMedium(
  root: PracticeRoot,
  target: string,
  ports: Ports,
  options: { signal: AbortSignal; onProgress: (doneBytes: number, totalBytes: number) => void },
): Promise<void> {
  const resources = join(ports.directories.resources, "practice-iso");
  const tree = `${target}.tree`;
  await mkdir(join(tree, "boot/grub"), { recursive: true });
  await mkdir(join(tree, "practice"));
  await copyFile(join(resources, "grub.cfg"), join(tree, "boot/grub/grub.cfg"));
  for (const name of ["90_installer.cfg", "01-installer.yaml"]) {
    await copyFile(join(resources, name), join(tree, "practice", name));
  }
  const { size } = await stat(root.tarPath);
  const sizes = `rootfs_bytes=${size}\nneeded_bytes=${size + spareBytes}\nPRETTY_NAME='${root.prettyName}'\n`;
  await writeFile(join(tree, "practice/sizes"), sizes);
  await compress(root.tarPath, join(tree, "practice/rootfs.tar.zst"), size, options);
  await copyFile(join(root.folder, "boot", `vmlinuz-${root.kernelVersion}`), join(tree, "boot/vmlinuz"));
  const initramfs = cpioArchive(await installerTree(root, resources, ports, options.signal));
  await writeFile(join(tree, "boot/initrd.gz"), gzipSync(initramfs, { level: 6 }));
  const images = await grubImages(root, target, ports, options.signal);
  await writeBootableIso({ tree, target, volumeId, ...images }, ports.processes, options.signal);
}

/** Level 3: a quarter smaller than level 1, unpacked as fast; higher levels cost minutes and win little. */
async function compress(
  source: string,
  target: string,
  sizeBytes: number,
  options: { signal: AbortSignal; onProgress: (doneBytes: number, totalBytes: number) => void },
): Promise<void> {
  const input = createReadStream(source, { highWaterMark: 1024 * 1024 });
  let doneBytes = 0;
  input.on("data", (chunk) => options.onProgress((doneBytes += chunk.length), sizeBytes));
  // One worker: more than that makes Node 24 push after the end.
  const zstd = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3 } });
  await pipeline(input, zstd, createWriteStream(target), { signal: options.signal });
}

async function installerTree(
  root: PracticeRoot,
  resources: string,
  { processes }: Ports,
  signal: AbortSignal,
): Promise<TreeEntry[]> {
  const found = await collectModules(join(root.folder, "usr/lib/modules", root.kernelVersion), modules);
  const file = (path: string, content: Uint8Array, mode = 0o644): TreeEntry => ({
    kind: "file",
    path,
    mode,
    content,
  });
  const listed = await processes.run(
    [...loaderArguments(root.folder), join(root.folder, "usr/bin/busybox"), "--list"],
    {
      signal,
    },
  );
  const commands = listed.stdout
    .split("\n")
    .filter((name) => name !== "" && name !== "busybox" && name !== "init");
  return [
    ...(await programsWithLibraries(root.folder, programs, processes, signal)),
    ...commands.map((name): TreeEntry => ({
      kind: "symlink",
      path: `bin/${name}`,
      target: "/usr/bin/busybox",
    })),
    ...["proc", "sys", "dev", "tmp", "run"].map((path): TreeEntry => ({ kind: "directory", path })),
    ...found.map(({ path, content }) => file(`lib/modules/${path}`, content)),
    file("lib/modules/load-order", Buffer.from(found.map(({ path }) => `${path}\n`).join(""))),
    file("etc/mke2fs.conf", await readFile(join(root.folder, "etc/mke2fs.conf"))),
    file("etc/system-users", await readFile(join(root.folder, "etc/passwd"))),
    file("init", await readFile(join(resources, "installer.sh")), 0o755),
    { kind: "character-device", path: "dev/console", major: 5, minor: 1 },
  ];
}

async function grubImages(
  root: PracticeRoot,
  target: string,
  { processes }: Ports,
  signal: AbortSignal,
): Promise<{ biosImage: string; efiImage: string; hybridMbr: string }> {
  const start = `${target}.start.cfg`;
  await writeFile(start, isoGrubStart(volumeId));
  const image = async (format: string, folder: string, wanted: readonly string[]): Promise<string> => {
    const path = `${target}.${format}`;
    const program = [...loaderArguments(root.folder), join(root.folder, "usr/bin/grub-mkimage")];
    const from = ["-d", join(root.folder, "usr/lib/grub", folder), "-c", start, "-p", "/boot/grub"];
    await processes.run([...program, ...from, "-O", format, "-o", path, ...wanted], { signal });
    return path;
  };
  const { common, bios, efi } = isoGrubModules;
  return {
    biosImage: await image("i386-pc-eltorito", "i386-pc", [...common, ...bios]),
    efiImage: await image("x86_64-efi", "x86_64-efi", [...common, ...efi]),
    hybridMbr: join(root.folder, "usr/lib/grub/i386-pc/boot_hybrid.img"),
  };
}
