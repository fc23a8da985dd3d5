import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AcceleratorName } from "#contract/machine.ts";
import { writeFileAtomic } from "#core/library/json-file.ts";
import { acceleratorArgs } from "#core/machine/qemu-args.ts";
import type { Directories } from "#ports/ports.ts";

/** QEMU's -bios takes multiples of 64 KiB; the processor starts 16 bytes below its end. */
const romBytes = 64 * 1024;

export interface ProbeGuest {
  /** A file for QEMU's -bios. */
  readonly romPath: string;
  /** Changes whenever the guest does, so that verdicts of another guest are not believed. */
  readonly digest: string;
}

/** Puts the guest of `resources/probe/` at the end of a ROM in the cache. */
export async function prepareProbeGuest(
  directories: Pick<Directories, "resources" | "cache">,
): Promise<ProbeGuest> {
  const code = await readFile(join(directories.resources, "probe", "probe.bin"));
  const digest = createHash("sha256").update(code).digest("hex").slice(0, 16);
  const rom = Buffer.alloc(romBytes);
  code.copy(rom, romBytes - code.length);
  const romPath = join(directories.cache, `probe-${digest}.rom`);
  const present = await readFile(romPath).catch(() => null);
  if (present === null || !present.equals(rom)) await writeFileAtomic(romPath, rom);
  return { romPath, digest };
}

const bareMachine =
  "-machine q35 -m 16 -nodefaults -no-user-config -no-reboot -display none -monitor none -serial stdio " +
  "-device isa-debug-exit,iobase=0xf4,iosize=4";

/** With the very processor that machines get: another one would prove nothing about them. */
export const probeArgv = (qemu: string, accelerator: AcceleratorName, romPath: string): string[] => [
  qemu,
  ...acceleratorArgs[accelerator],
  ...bareMachine.split(" "),
  "-bios",
  romPath,
];
