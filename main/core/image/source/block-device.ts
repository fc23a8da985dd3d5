import { unreadable } from "./binary.ts";

/** Read-only access to the bytes of a disk as a guest sees them. */
export interface BlockDevice {
  readonly sizeBytes: number;
  /** Exactly `lengthBytes`, never less. Past the end it throws `image-unreadable`. */
  read(offsetBytes: number, lengthBytes: number): Promise<Buffer>;
  /** Where there is data; what lies between reads as zeros. Absent where the source cannot tell. */
  allocatedRanges?(): Promise<readonly ByteRange[]>;
}

export interface ByteRange {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** A device that is held open. */
export interface OpenBlockDevice extends BlockDevice, AsyncDisposable {
  /** Throws `image-in-use` when the file has changed since it was opened: what was read may not fit together. */
  assertUnchanged?(): Promise<void>;
}

export function assertInside(device: { sizeBytes: number }, offsetBytes: number, lengthBytes: number): void {
  const sound = Number.isSafeInteger(offsetBytes) && Number.isSafeInteger(lengthBytes);
  if (!sound || offsetBytes < 0 || lengthBytes < 0 || offsetBytes + lengthBytes > device.sizeBytes) {
    throw unreadable("The image points past the end of its disk");
  }
}

/** A part of a device as a device of its own. A part that sticks out is cut off at the end. */
export function slice(device: BlockDevice, offsetBytes: number, sizeBytes: number): BlockDevice {
  const inside = Math.max(0, Math.min(sizeBytes, device.sizeBytes - offsetBytes));
  return {
    sizeBytes: inside,
    read: async (at, length) => {
      assertInside({ sizeBytes: inside }, at, length);
      return device.read(offsetBytes + at, length);
    },
  };
}

/** What is there of a range: shorter at the end of the device, empty outside of it. */
export function readUpTo(device: BlockDevice, offsetBytes: number, lengthBytes: number): Promise<Buffer> {
  const length = Math.min(lengthBytes, device.sizeBytes - offsetBytes);
  if (!(offsetBytes >= 0 && length > 0)) return Promise.resolve(Buffer.alloc(0));
  return device.read(offsetBytes, length);
}
