/** Small valid images of several formats as bytes, to be damaged in tests. */

export interface Qcow2Options {
  version?: number;
  virtualBytes?: bigint;
  clusterBits?: number;
  backingFile?: string;
  incompatible?: bigint;
  crypt?: number;
  l1Entries?: number;
  l1Offset?: bigint;
  snapshots?: number;
  refcountClusters?: number;
  /** Entry of guest cluster 0. */
  firstCluster?: bigint;
  extension?: { type: number; data: Buffer };
}

/** One L2 table, one data cluster: header 0, refcounts 64 KiB, L1 128 KiB, L2 192 KiB, data 256 KiB. */
export function qcow2Bytes(options: Qcow2Options = {}): Buffer {
  const cluster = 65536;
  const image = Buffer.alloc(5 * cluster);
  image.write("QFI\xfb", 0, "latin1");
  image.writeUInt32BE(options.version ?? 3, 4);
  if (options.backingFile !== undefined) {
    image.writeBigUInt64BE(4096n, 8);
    image.writeUInt32BE(options.backingFile.length, 16);
    image.write(options.backingFile, 4096);
  }
  image.writeUInt32BE(options.clusterBits ?? 16, 20);
  image.writeBigUInt64BE(options.virtualBytes ?? 1n << 29n, 24);
  image.writeUInt32BE(options.crypt ?? 0, 32);
  image.writeUInt32BE(options.l1Entries ?? 1, 36);
  image.writeBigUInt64BE(options.l1Offset ?? BigInt(2 * cluster), 40);
  image.writeBigUInt64BE(BigInt(cluster), 48);
  image.writeUInt32BE(options.refcountClusters ?? 1, 56);
  image.writeUInt32BE(options.snapshots ?? 0, 60);
  image.writeBigUInt64BE(options.incompatible ?? 0n, 72);
  image.writeUInt32BE(4, 96);
  image.writeUInt32BE(104, 100);
  if (options.extension !== undefined) {
    image.writeUInt32BE(options.extension.type, 104);
    image.writeUInt32BE(options.extension.data.length, 108);
    options.extension.data.copy(image, 112);
  }
  image.writeBigUInt64BE((1n << 63n) | BigInt(3 * cluster), 2 * cluster);
  image.writeBigUInt64BE(options.firstCluster ?? (1n << 63n) | BigInt(4 * cluster), 3 * cluster);
  return image;
}

export interface VmdkOptions {
  createType?: string;
  extents?: readonly string[];
  parent?: string;
  capacitySectors?: bigint;
  grainSectors?: bigint;
  grainsPerTable?: number;
}

/** monolithicSparse of 8 MiB: descriptor at sector 1, grain directory at 21, one table at 22. */
export function vmdkBytes(options: VmdkOptions = {}): Buffer {
  const image = Buffer.alloc(256 * 512);
  image.write("KDMV", 0, "latin1");
  image.writeUInt32LE(1, 4);
  image.writeUInt32LE(3, 8);
  image.writeBigUInt64LE(options.capacitySectors ?? 16384n, 12);
  image.writeBigUInt64LE(options.grainSectors ?? 128n, 20);
  image.writeBigUInt64LE(1n, 28);
  image.writeBigUInt64LE(20n, 36);
  image.writeUInt32LE(options.grainsPerTable ?? 512, 44);
  image.writeBigUInt64LE(21n, 56);
  const descriptor = [
    "# Disk DescriptorFile",
    "version=1",
    `parentCID=${options.parent ?? "ffffffff"}`,
    `createType="${options.createType ?? "monolithicSparse"}"`,
    ...(options.extents ?? ['RW 16384 SPARSE "disk.vmdk"']),
  ];
  image.write(descriptor.join("\n"), 512);
  image.writeUInt32LE(22, 21 * 512);
  image.writeUInt32LE(128, 22 * 512);
  return image;
}

/** A dynamic VHD of 4 MiB with two blocks that are not there. */
export function vhdBytes(type = 3): Buffer {
  const footer = Buffer.alloc(512);
  footer.write("conectix", 0);
  footer.writeUInt32BE(0x0001_0000, 12);
  footer.writeBigUInt64BE(512n, 16);
  footer.writeBigUInt64BE(4194304n, 40);
  footer.writeBigUInt64BE(4194304n, 48);
  footer.writeUInt32BE(type, 60);
  footer.writeUInt32BE(onesComplement(footer), 64);
  const header = Buffer.alloc(1024);
  header.write("cxsparse", 0);
  header.writeBigUInt64BE(1536n, 16);
  header.writeUInt32BE(2, 28);
  header.writeUInt32BE(2 * 1024 ** 2, 32);
  header.writeUInt32BE(onesComplement(header), 36);
  return Buffer.concat([footer, header, Buffer.alloc(512, 0xff), footer]);
}

const onesComplement = (block: Buffer): number => ~block.reduce((sum, byte) => sum + byte, 0) >>> 0;

/** A dynamic VDI of 2 MiB with one block. */
export function vdiBytes(): Buffer {
  const image = Buffer.alloc(2 * 1024 ** 2);
  image.write("<<< test >>>\n", 0);
  image.writeUInt32LE(0xbeda_107f, 64);
  image.writeUInt32LE(0x0001_0001, 68);
  image.writeUInt32LE(0x190, 72);
  image.writeUInt32LE(1, 76);
  image.writeUInt32LE(512, 0x154);
  image.writeUInt32LE(1024 ** 2, 0x158);
  image.writeUInt32LE(512, 0x168);
  image.writeBigUInt64LE(BigInt(2 * 1024 ** 2), 0x170);
  image.writeUInt32LE(1024 ** 2, 0x178);
  image.writeUInt32LE(2, 0x180);
  image.writeUInt32LE(0, 512);
  image.writeUInt32LE(0xffff_ffff, 516);
  return image;
}

/** An ISO of one volume descriptor; `bootPlatforms` adds an El Torito catalogue. */
export function isoBytes(bootPlatforms: readonly number[] = []): Buffer {
  const sectors = 40;
  const image = Buffer.alloc(sectors * 2048);
  const primary = image.subarray(16 * 2048, 17 * 2048);
  primary.writeUInt8(1, 0);
  primary.write("CD001\x01", 1, "latin1");
  primary.write("TEST VOLUME".padEnd(32), 40);
  primary.writeUInt32LE(sectors, 80);
  primary.writeUInt16LE(2048, 128);
  primary.writeUInt8(34, 156);
  primary.writeUInt32LE(30, 158);
  primary.writeUInt32LE(2048, 166);
  const end = image.subarray(18 * 2048, 19 * 2048);
  end.write("\xffCD001\x01", 0, "latin1");
  const boot = image.subarray(17 * 2048, 18 * 2048);
  const [first] = bootPlatforms;
  if (first === undefined) {
    end.copy(boot);
    return image;
  }
  boot.write("\x00CD001\x01EL TORITO SPECIFICATION", 0, "latin1");
  boot.writeUInt32LE(20, 71);
  const catalog = image.subarray(20 * 2048, 21 * 2048);
  catalog.writeUInt8(1, 0);
  catalog.writeUInt8(first, 1);
  catalog.writeUInt16LE(0xaa55, 30);
  let sum = 0;
  for (let at = 0; at < 32; at += 2) sum += catalog.readUInt16LE(at);
  catalog.writeUInt16LE((0x1_0000 - (sum & 0xffff)) & 0xffff, 28);
  writeBootEntry(catalog, 32);
  bootPlatforms.slice(1).forEach((platform, index, all) => {
    const at = 64 + index * 64;
    catalog.writeUInt8(index === all.length - 1 ? 0x91 : 0x90, at);
    catalog.writeUInt8(platform, at + 1);
    catalog.writeUInt16LE(1, at + 2);
    writeBootEntry(catalog, at + 32);
  });
  return image;
}

function writeBootEntry(catalog: Buffer, at: number): void {
  catalog.writeUInt8(0x88, at);
  catalog.writeUInt16LE(4, at + 6);
  catalog.writeUInt32LE(25, at + 8);
}
