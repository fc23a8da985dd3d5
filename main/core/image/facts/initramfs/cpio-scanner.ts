import { unreadable } from "#core/image/source/binary.ts";

/** Documentation/driver-api/early-userspace/buffer-format.rst: "newc" headers of 110 characters. */
const headerBytes = 110;
const maxNameBytes = 4096;

/**
 * Finds the names in cpio archives without keeping their content. Feed it in pieces of any size; several
 * archives may follow each other. `skipBytes` says how much of what comes next is content: a caller that can
 * jump takes it with `jumped`.
 */
export class CpioScanner {
  readonly #onName: (name: string) => void;
  #held = Buffer.alloc(0);
  #skipBytes = 0;
  #between = true;
  /** Bytes taken so far, up to the first byte that is not cpio's. */
  consumedBytes = 0;
  /** True when after a finished archive something begins that is no cpio: another compression, say. */
  endedBySomethingElse = false;

  constructor(onName: (name: string) => void) {
    this.#onName = onName;
  }

  get skipBytes(): number {
    return this.#held.length === 0 ? this.#skipBytes : 0;
  }

  jumped(): void {
    this.consumedBytes += this.#skipBytes;
    this.#skipBytes = 0;
  }

  push(chunk: Buffer): void {
    let data = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    for (;;) {
      const skipped = Math.min(this.#skipBytes, data.length);
      this.#skipBytes -= skipped;
      let used = skipped;
      if (this.#skipBytes === 0 && !this.endedBySomethingElse) used += this.#take(data.subarray(skipped));
      this.consumedBytes += used;
      data = data.subarray(used);
      if (used === 0 || data.length === 0) break;
    }
    this.#held = Buffer.from(data);
  }

  /** Answers how many bytes were used up; 0 when more are needed. */
  #take(data: Buffer): number {
    if (this.#between) {
      const start = data.findIndex((byte) => byte !== 0);
      if (start === -1) return data.length;
      if (data[start] !== 0x30) this.endedBySomethingElse = true;
      else this.#between = false;
      if (start > 0 || this.endedBySomethingElse) return start;
    }
    if (data.length < headerBytes) return 0;
    const magic = data.toString("latin1", 0, 6);
    if (magic !== "070701" && magic !== "070702") throw unreadable("the archive in it is damaged");
    const fileBytes = hex(data, 54);
    const nameBytes = hex(data, 94);
    if (nameBytes < 1 || nameBytes > maxNameBytes) throw unreadable("the archive in it is damaged");
    const total = headerBytes + nameBytes;
    const padded = total + pad(total);
    if (data.length < padded) return 0;
    const name = data.toString("utf8", headerBytes, total - 1);
    if (name === "TRAILER!!!") {
      this.#between = true;
      return padded;
    }
    this.#onName(name);
    this.#skipBytes = fileBytes + pad(fileBytes);
    return padded;
  }
}

const pad = (bytes: number): number => (4 - (bytes % 4)) % 4;

function hex(data: Buffer, at: number): number {
  const text = data.toString("latin1", at, at + 8);
  if (!/^[0-9a-fA-F]{8}$/.test(text)) throw unreadable("the archive in it is damaged");
  return Number.parseInt(text, 16);
}
