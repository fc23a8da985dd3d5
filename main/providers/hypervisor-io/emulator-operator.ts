import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { formatOf, headerBytes } from "#providers/emulation/image-header.ts";
import { newId, type EmulatorState, type StoredStock } from "./emulator-state.ts";

/** What the operator's window takes by "Source file": qcow2, raw and ISO files. */
const formats = new Set(["qcow2", "raw", "iso"]);
/** Written to still. */
const unfinished = /\.part$/;
/** Nobody writes to a file any more that was not touched for so long. */
const settledMs = 10_000;

/**
 * Plays the operator: registers files of the storage, as a person would with Compute > Images > Add Image. `look`
 * registers what lies there unchanged for a while and is an image.
 */
export function createOperator(state: EmulatorState, storageFolder: string) {
  const sizes = new Map<string, number>();

  /** Throws when there is no such file, or it is no image. */
  async function register(fileName: string): Promise<StoredStock> {
    const known = state.data.stock.find((each) => each.fileName === fileName);
    if (known !== undefined) return known;
    const path = join(storageFolder, fileName);
    const format = formatOf(await readHeader(path));
    if (!formats.has(format)) throw new Error(`${fileName} is ${format}`);
    const hash = createHash("sha256");
    for await (const bytes of createReadStream(path)) hash.update(bytes as Buffer);
    const { size } = await stat(path);
    const name = fileName.replace(/\.[^.]+$/, "");
    const stock = { id: newId(), name, fileName, sizeBytes: size, sha256: hash.digest("hex") };
    state.data.stock.push(stock);
    await state.save();
    return stock;
  }

  async function look(): Promise<void> {
    for (const entry of await readdir(storageFolder, { withFileTypes: true })) {
      const { name } = entry;
      if (!entry.isFile() || unfinished.test(name)) continue;
      const { size, mtimeMs } = await stat(join(storageFolder, name));
      const settled = sizes.get(name) === size || Date.now() - mtimeMs > settledMs;
      if (settled) await register(name).catch(() => {}); // no image: the operator leaves it
      sizes.set(name, size);
    }
  }

  return { register, look };
}

async function readHeader(path: string): Promise<Buffer> {
  const header = Buffer.alloc(headerBytes);
  await using file = await open(path, "r");
  await file.read(header, 0, header.length, 0);
  return header;
}
