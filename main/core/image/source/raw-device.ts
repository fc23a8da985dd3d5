import { assertInside, type OpenBlockDevice } from "./block-device.ts";
import { unreadable } from "./binary.ts";
import { openFileBytes } from "./file-bytes.ts";

/** A raw disk or an ISO needs no other program: its bytes are the file's. */
export async function openRawDevice(path: string): Promise<OpenBlockDevice> {
  const file = await openFileBytes(path);
  return {
    sizeBytes: file.sizeBytes,
    read: async (offsetBytes, lengthBytes) => {
      assertInside(file, offsetBytes, lengthBytes);
      const buffer = await file.read(offsetBytes, lengthBytes);
      if (buffer.length < lengthBytes) throw unreadable(`${path} became shorter while it was read`);
      return buffer;
    },
    assertUnchanged: () => file.assertUnchanged(),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}
