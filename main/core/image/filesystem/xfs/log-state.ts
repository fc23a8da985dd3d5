import type { XfsVolume } from "./volume.ts";

/** xfs_log_format.h. The log counts in sectors of 512 bytes; each begins with its cycle, or with a record's magic. */
const sectorBytes = 512;
const recordMagic = 0xfeed_babe;
const unmountFlag = 0x20;
/** The largest record is 256 KiB behind a header of eight sectors. */
const maxRecordSectors = 520;

/**
 * Whether the log holds changes that were not yet written to their places. Linux writes an unmount record as the
 * last of all (xlog_check_unmount_rec); where the log ends is found by its cycle numbers, by bisection.
 * `unknown` where the log is not in order.
 */
export async function readLogState(volume: XfsVolume): Promise<"clean" | "dirty" | "unknown"> {
  const { log, blockBytes } = volume.superblock;
  if (log === null || log.blocks === 0) return "unknown";
  const startBytes = volume.locate(log.block, log.blocks) * blockBytes;
  const sectors = (log.blocks * blockBytes) / sectorBytes;
  const read = (sector: number, count: number): Promise<Buffer> =>
    volume.device.read(startBytes + sector * sectorBytes, count * sectorBytes);
  const cycleAt = async (sector: number): Promise<number> => cycleOf(await read(sector, 1), 0);

  const first = await cycleAt(0);
  if (first === 0) return "clean"; // all zeros: never written
  let head = sectors;
  if ((await cycleAt(sectors - 1)) !== first) {
    let low = 0;
    let high = sectors - 1;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if ((await cycleAt(middle)) === first) low = middle;
      else high = middle;
    }
    head = high;
  }
  const before = Math.min(head, maxRecordSectors);
  const wrapped = Math.min(sectors - head, maxRecordSectors - before);
  const tail = Buffer.concat([await read(sectors - wrapped, wrapped), await read(head - before, before)]);
  for (let at = tail.length - sectorBytes; at >= 0; at -= sectorBytes) {
    if (tail.readUInt32BE(at) === recordMagic) return isUnmount(tail.subarray(at)) ? "clean" : "dirty";
  }
  return "unknown";
}

const cycleOf = (bytes: Buffer, at: number): number => {
  const word = bytes.readUInt32BE(at);
  return word === recordMagic ? bytes.readUInt32BE(at + 4) : word;
};

/** The only operation of its record, which reaches to the end of the log; its flags are its tenth byte. */
function isUnmount(record: Buffer): boolean {
  const sizeBytes = record.readUInt32BE(320);
  const version = record.readUInt32BE(8) & 0xf;
  const headerSectors = version === 2 && sizeBytes > 32768 ? Math.ceil(sizeBytes / 32768) : 1;
  const dataAt = headerSectors * sectorBytes;
  const endsHere = dataAt + Math.ceil(record.readUInt32BE(12) / sectorBytes) * sectorBytes === record.length;
  if (!endsHere || record.readUInt32BE(40) !== 1 || dataAt + 10 > record.length) return false;
  return (record.readUInt8(dataAt + 9) & unmountFlag) !== 0;
}
