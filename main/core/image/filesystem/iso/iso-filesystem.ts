import { createBoundedMap } from "#core/image/filesystem/bounded-map.ts";
import type { FileNode, Filesystem } from "#core/image/filesystem/filesystem.ts";
import { unreadable } from "#core/image/source/binary.ts";
import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";
import { readRockRidge } from "./rock-ridge.ts";
import { isoLabel, isoSectorBytes, utf16be, type IsoVolume } from "./volume-descriptors.ts";

const maxDirectoryBytes = 8 * 1024 ** 2;
const maxReadBytes = 256 * 1024 ** 2;
const fileFlag = { directory: 2, multiExtent: 0x80 } as const;

interface IsoNode extends FileNode {
  readonly sector: number;
  readonly link: string | null;
}

interface IsoRecord {
  readonly name: string;
  readonly node: IsoNode;
}

/** ISO 9660 with Rock Ridge, or with Joliet names where there is no Rock Ridge. Names match regardless of case. */
export async function openIso(device: BlockDevice, volume: IsoVolume): Promise<Filesystem<IsoNode>> {
  const directories = createBoundedMap<number, IsoRecord[]>(500);
  const suspSkip = await findSusp(device, volume);
  const joliet = suspSkip === null ? volume.joliet : null;
  const rootSector = joliet?.rootSector ?? volume.rootSector;
  const rootBytes = joliet?.rootBytes ?? volume.rootBytes;
  const root: IsoNode = {
    kind: "directory",
    sizeBytes: rootBytes,
    mode: 0o755,
    sector: rootSector,
    link: null,
  };

  async function records(directory: IsoNode): Promise<IsoRecord[]> {
    const known = directories.get(directory.sector);
    if (known !== undefined) return known;
    const size = Math.min(directory.sizeBytes, maxDirectoryBytes);
    const bytes = await readUpTo(device, directory.sector * isoSectorBytes, size);
    const found: IsoRecord[] = [];
    for (const record of splitRecords(bytes)) {
      const parsed = await parseRecord(device, record, suspSkip, joliet !== null);
      if (parsed !== null) found.push(parsed);
    }
    directories.set(directory.sector, found);
    return found;
  }

  return {
    type: "iso9660",
    label: isoLabel(volume),
    uuid: volume.uuid,
    notes: [],
    root: () => Promise.resolve(root),
    lookup: async (directory, name) => {
      const all = await records(directory);
      const wanted = name.toLowerCase();
      const found = all.find((r) => r.name === name) ?? all.find((r) => r.name.toLowerCase() === wanted);
      return found?.node ?? null;
    },
    list: async (directory) =>
      (await records(directory)).map(({ name, node }) => ({ name, kind: node.kind })),
    read: async (file, offsetBytes, lengthBytes) => {
      const length = Math.max(0, Math.min(lengthBytes, file.sizeBytes - offsetBytes));
      if (length > maxReadBytes) throw unreadable("A file is too large to be read at once");
      return device.read(file.sector * isoSectorBytes + offsetBytes, length);
    },
    readLink: (link) => Promise.resolve(link.link ?? ""),
  };
}

/** Rock Ridge announces itself in the root's own record: an SP entry, whose last byte says what to skip. */
async function findSusp(device: BlockDevice, volume: IsoVolume): Promise<number | null> {
  const bytes = await readUpTo(device, volume.rootSector * isoSectorBytes, isoSectorBytes);
  const self = splitRecords(bytes)[0];
  if (self === undefined || self.length < 34 + 7) return null;
  const area = self.subarray(34);
  return area.toString("latin1", 0, 2) === "SP" && area.readUInt16BE(4) === 0xbeef ? area.readUInt8(6) : null;
}

/** Records do not cross sectors: a length of 0 means that the rest of the sector is empty. */
function splitRecords(bytes: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt8(at);
    if (length === 0) {
      at = (Math.floor(at / isoSectorBytes) + 1) * isoSectorBytes;
      continue;
    }
    if (length < 34 || at + length > bytes.length) break;
    records.push(bytes.subarray(at, at + length));
    at += length;
  }
  return records;
}

async function parseRecord(
  device: BlockDevice,
  record: Buffer,
  suspSkip: number | null,
  isJoliet: boolean,
): Promise<IsoRecord | null> {
  const nameBytes = record.readUInt8(32);
  const nameEnd = 33 + nameBytes;
  if (nameEnd > record.length) return null;
  const raw = record.subarray(33, nameEnd);
  if (nameBytes === 1 && (raw[0] === 0 || raw[0] === 1)) return null; // `.` and `..`
  const flags = record.readUInt8(25);
  if ((flags & fileFlag.multiExtent) !== 0) return null; // files over 4 GiB: nothing here needs one
  const plain = (isJoliet ? utf16be(raw) : raw.toString("latin1")).replace(/;\d+$/, "").replace(/\.$/, "");
  const systemUse = record.subarray(nameEnd + (nameBytes % 2 === 0 ? 1 : 0));
  const rock = suspSkip === null ? null : await readRockRidge(device, systemUse, suspSkip);
  const isDirectory = (flags & fileFlag.directory) !== 0 || (rock?.childSector ?? null) !== null;
  const node: IsoNode = {
    kind: (rock?.link ?? null) !== null ? "symlink" : isDirectory ? "directory" : "file",
    sizeBytes: record.readUInt32LE(10),
    mode: (rock?.mode ?? 0o755) & 0o7777,
    sector: rock?.childSector ?? record.readUInt32LE(2),
    link: rock?.link ?? null,
  };
  const name = rock?.name ?? plain;
  // what damage makes of a name must not look like a path
  if (name === "" || name === "." || name === ".." || /[/\0]/.test(name)) return null;
  return { name, node };
}
