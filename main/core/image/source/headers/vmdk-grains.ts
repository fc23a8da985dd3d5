import { truncated, unreadable } from "#core/image/source/binary.ts";
import type { FileBytes } from "#core/image/source/file-bytes.ts";
import type { VmdkHeader } from "./vmdk-header.ts";

/** Grain tables beyond this many are not scanned: 64 MiB of them describe 1 TiB in 64 KiB grains. */
const maxScannedBytes = 64 * 1024 ** 2;

/** Proves that every grain lies in the file. Entries are sectors; 0 = not there, 1 = zeros. */
export async function scanGrains(file: FileBytes, header: VmdkHeader): Promise<number | null> {
  const { grainBytes, grainsPerTable, directoryOffset } = header;
  const tables = Math.ceil(header.capacityBytes / (grainBytes * grainsPerTable));
  if (directoryOffset === 0) throw unreadable(`${file.path} has no VMDK grain directory`);
  const directory = await file.read(directoryOffset, tables * 4);
  if (directory.length < tables * 4) throw truncated(file.path, "its grain directory lies past the end");
  let grains = 0;
  for (let index = 0; index < tables; index++) {
    if ((index + 1) * grainsPerTable * 4 > maxScannedBytes) return null;
    const tableSector = directory.readUInt32LE(index * 4);
    if (tableSector <= 1) continue;
    const table = await file.read(tableSector * 512, grainsPerTable * 4);
    if (table.length < grainsPerTable * 4) throw truncated(file.path, "a grain table lies past its end");
    for (let at = 0; at < table.length; at += 4) {
      const sector = table.readUInt32LE(at);
      if (sector <= 1) continue;
      // a compressed grain takes what it takes; it must at least begin inside
      const needed = header.compressed ? 512 : 1;
      if (sector * 512 + needed > file.sizeBytes) throw truncated(file.path, "data lies past its end");
      grains++;
    }
  }
  return grains * grainBytes;
}
