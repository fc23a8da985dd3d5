import { assertInside, type BlockDevice } from "./block-device.ts";

/** 64 KiB is the cluster size of most qcow2 files: one page costs one cluster. */
const pageBytes = 64 * 1024;
const defaultMaxBytes = 32 * 1024 ** 2;
/** Reads of this size are streams (a kernel, an initramfs): they would only push out what is read again. */
const bypassBytes = 4 * pageBytes;

/** Keeps the pages last used. Buffers handed out share memory with the cache: read them, do not write. */
export function withPageCache(device: BlockDevice, maxBytes = defaultMaxBytes): BlockDevice {
  const pages = new Map<number, Promise<Buffer>>();
  const maxPages = Math.max(4, Math.floor(maxBytes / pageBytes));

  function page(index: number): Promise<Buffer> {
    let found = pages.get(index);
    if (found === undefined) {
      const start = index * pageBytes;
      found = device.read(start, Math.min(pageBytes, device.sizeBytes - start));
      found.catch(() => pages.delete(index));
      if (pages.size >= maxPages) {
        for (const oldest of pages.keys()) {
          pages.delete(oldest);
          break;
        }
      }
    } else pages.delete(index);
    pages.set(index, found); // last in the map's order = used last
    return found;
  }

  return {
    sizeBytes: device.sizeBytes,
    async read(offsetBytes, lengthBytes) {
      assertInside(device, offsetBytes, lengthBytes);
      if (lengthBytes === 0) return Buffer.alloc(0);
      if (lengthBytes >= bypassBytes) return device.read(offsetBytes, lengthBytes);
      const first = Math.floor(offsetBytes / pageBytes);
      const last = Math.floor((offsetBytes + lengthBytes - 1) / pageBytes);
      const start = offsetBytes - first * pageBytes;
      if (first === last) return (await page(first)).subarray(start, start + lengthBytes);
      const parts: Promise<Buffer>[] = [];
      for (let index = first; index <= last; index++) parts.push(page(index));
      return Buffer.concat(await Promise.all(parts)).subarray(start, start + lengthBytes);
    },
    ...(device.allocatedRanges === undefined
      ? {}
      : { allocatedRanges: () => device.allocatedRanges?.() ?? Promise.resolve([]) }),
  };
}
