import { mkdir, open, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Install } from "#contract/install.ts";
import { openIsoFile, type IsoFile } from "#core/image/iso-file.ts";
import { AppError } from "#core/lib/app-error.ts";
import { cpioArchive } from "#core/image/cpio.ts";
import type { Ports } from "#ports/ports.ts";
import type { MachineFolder } from "./machine-folder.ts";
import type { MachineRecord } from "./machine-record.ts";
import type { DirectBoot } from "./qemu-args.ts";

const MiB = 1024 * 1024;
/** Known installers: kernels up to 20 MiB, initrds up to 160 MiB. What is larger is no installer's. */
const maxKernelBytes = 128 * MiB;
const maxInitrdBytes = 1024 * MiB;
const pieceBytes = MiB;

/**
 * Takes kernel and initrd out of the inserted medium and puts the answers beside them. Answers null for an install
 * by the medium's own menu. Throws `not-bootable` (not in the medium, or not what it should be), `tool-missing`,
 * `disk-full`, `cancelled`.
 */
export async function prepareInstall(
  { ports, folder }: { ports: Ports; folder: MachineFolder },
  { install, isoPath, name }: MachineRecord,
  signal: AbortSignal,
): Promise<DirectBoot | null> {
  if (install === null || install.mode !== "direct" || install.kernelPath === null) return null;
  if (isoPath === null) {
    throw new AppError("not-bootable", `${name} is being installed, and its installer is not inserted`, {
      hint: "Insert the ISO again.",
    });
  }
  const kernelPath = join(folder.install, "kernel");
  const initrdPath = install.initrdPath === null ? null : join(folder.install, "initrd");
  await rm(folder.install, { recursive: true, force: true });
  await mkdir(folder.install, { mode: 0o700 }); // answers hold a password's hash
  await using iso = await openIsoFile(isoPath);
  await extract(iso, install.kernelPath, kernelPath, maxKernelBytes, signal);
  if (initrdPath !== null && install.initrdPath !== null) {
    await extract(iso, install.initrdPath, initrdPath, maxInitrdBytes, signal);
  }
  const seedIsoPath = await handOver(ports, folder, install, initrdPath, signal);
  return { kernelPath, initrdPath, commandLine: install.commandLine, seedIsoPath };
}

async function extract(
  iso: IsoFile,
  path: string,
  target: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<void> {
  const entry = await iso.find(path);
  if (entry === null || entry.sizeBytes === 0 || entry.sizeBytes > maxBytes) {
    const why =
      entry === null ? "is not in the medium" : entry.sizeBytes === 0 ? "is empty" : "is too large for that";
    throw new AppError("not-bootable", `${path} ${why}`, {
      hint: "Choose the kernel and initrd of this medium, or start it by its own menu.",
    });
  }
  const file = await open(target, "wx", 0o600);
  try {
    for (let at = 0; at < entry.sizeBytes; at += pieceBytes) {
      if (signal.aborted) throw new AppError("cancelled", "Cancelled");
      await file.writeFile(await entry.read(at, Math.min(pieceBytes, entry.sizeBytes - at)));
    }
  } catch (error) {
    throw AppError.from(error);
  } finally {
    await file.close();
  }
}

/** Answers the path of the seed ISO where there is one. */
async function handOver(
  { processes }: Ports,
  folder: MachineFolder,
  { answers }: Install,
  initrdPath: string | null,
  signal: AbortSignal,
): Promise<string | null> {
  if (answers === null) return null;
  const files = answers.files.map(({ name, text }) => ({ path: safeName(name), text }));
  if (answers.handOver === "initrd") {
    if (initrdPath === null) {
      throw new AppError("bad-input", "Answers in the initrd need an initrd", {
        hint: "Name the initrd of the medium, or hand them over on a seed CD.",
      });
    }
    const entries = files.map(({ path, text }) => ({
      kind: "file" as const,
      path,
      content: Buffer.from(text),
    }));
    await append(initrdPath, cpioArchive(entries));
    return null;
  }
  const tree = join(folder.install, "seed");
  for (const { path, text } of files) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), text);
  }
  const seedIsoPath = join(folder.install, "seed.iso");
  const argv = [
    "xorriso",
    "-as",
    "mkisofs",
    "-quiet",
    "-V",
    answers.label,
    "-J",
    "-R",
    "-o",
    seedIsoPath,
    tree,
  ];
  await processes.run(argv, { signal }).catch((error: unknown) => {
    const failure = AppError.from(error);
    if (failure.code !== "tool-missing") throw failure;
    throw new AppError("tool-missing", "A seed CD for the installer needs xorriso", {
      hint: "Run `goldsmith setup` to install it.",
      cause: error,
    });
  });
  await rm(tree, { recursive: true });
  return seedIsoPath;
}

/** A path below the seed's root: no way up, no root of its own. */
function safeName(name: string): string {
  const parts = name.split(/[\\/]/);
  if (!parts.some((part) => part === "" || part === "." || part === ".." || part.includes("\0"))) {
    return parts.join("/");
  }
  throw new AppError("bad-input", `${JSON.stringify(name)} cannot be the name of an answer file`);
}

/** The kernel unpacks one archive behind the other; each begins at a multiple of 4 bytes. */
async function append(initrdPath: string, archive: Uint8Array): Promise<void> {
  const file = await open(initrdPath, "a");
  try {
    const { size } = await file.stat();
    await file.writeFile(Buffer.concat([Buffer.alloc((4 - (size % 4)) % 4), archive]));
  } finally {
    await file.close();
  }
}
