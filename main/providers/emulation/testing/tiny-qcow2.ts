const clusterBytes = 65_536;

/**
 * For tests: a valid qcow2 (version 3, QEMU docs/interop/qcow2.txt) whose guest disk begins with `data`.
 * At most 32,000 clusters, so that one refcount block is enough.
 */
export function tinyQcow2(virtualBytes: number, data: Uint8Array): Buffer {
  const dataClusters = Math.ceil(data.length / clusterBytes);
  const perTable = clusterBytes / 8;
  const tables = Math.max(1, Math.ceil(dataClusters / perTable));
  const [refTable, refBlock, l1, firstTable] = [1, 2, 3, 4];
  const firstData = firstTable + tables;
  const total = firstData + dataClusters;
  const file = Buffer.alloc(total * clusterBytes);
  const at = (cluster: number): bigint => BigInt(cluster * clusterBytes);
  const copied = 1n << 63n;
  file.write("QFI\u00fb", 0, "latin1");
  file.writeUInt32BE(3, 4);
  file.writeUInt32BE(16, 20); // cluster_bits
  file.writeBigUInt64BE(BigInt(virtualBytes), 24);
  file.writeUInt32BE(Math.ceil(virtualBytes / (clusterBytes * perTable)), 36); // l1_size
  file.writeBigUInt64BE(at(l1), 40);
  file.writeBigUInt64BE(at(refTable), 48);
  file.writeUInt32BE(1, 56);
  file.writeUInt32BE(4, 96); // refcount_order: 16 bits
  file.writeUInt32BE(104, 100); // header_length
  file.writeBigUInt64BE(at(refBlock), refTable * clusterBytes);
  for (let cluster = 0; cluster < total; cluster++)
    file.writeUInt16BE(1, refBlock * clusterBytes + cluster * 2);
  for (let table = 0; table < tables; table++) {
    file.writeBigUInt64BE(at(firstTable + table) | copied, l1 * clusterBytes + table * 8);
  }
  for (let cluster = 0; cluster < dataClusters; cluster++) {
    file.writeBigUInt64BE(at(firstData + cluster) | copied, firstTable * clusterBytes + cluster * 8);
  }
  file.set(data, firstData * clusterBytes);
  return file;
}
