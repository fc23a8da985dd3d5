import { readFile, stat } from "node:fs/promises";
import { AppError } from "#core/lib/app-error.ts";

/** QEMU's block/file-posix.c: whoever may write holds byte 100 + 1 of the file. */
const writerByte = 101;

/**
 * Throws `image-in-use` while a QEMU has the file open for writing. Only Linux tells which locks there are; elsewhere,
 * and for other programs, nobody knows.
 */
export async function assertNotWritten(path: string): Promise<void> {
  if (process.platform !== "linux") return;
  const locks = await readFile("/proc/locks", "latin1").catch(() => "");
  if (!locks.includes("OFDLCK")) return;
  const { dev, ino } = await stat(path, { bigint: true });
  if (!hasWriter(locks, dev, ino)) return;
  throw new AppError("image-in-use", `${path} is in use by another program`, { retry: "later" });
}

/** proc_locks(5): `1: OFDLCK ADVISORY READ -1 fe:01:1234 100 101`. */
export function hasWriter(locks: string, device: bigint, inode: bigint): boolean {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
  const minor = (device & 0xffn) | ((device >> 12n) & ~0xffn);
  for (const line of locks.split("\n")) {
    const found = /OFDLCK\s+ADVISORY\s+\w+\s+\S+\s+([0-9a-f]+):([0-9a-f]+):(\d+)\s+(\d+)\s+(\d+|EOF)/.exec(
      line,
    );
    if (found === null) continue;
    const [, majorText, minorText, inodeText, from, to] = found;
    const isFile = BigInt(`0x${majorText}`) === major && BigInt(`0x${minorText}`) === minor;
    if (!isFile || BigInt(inodeText ?? 0) !== inode) continue;
    if (Number(from) <= writerByte && (to === "EOF" || Number(to) >= writerByte)) return true;
  }
  return false;
}
