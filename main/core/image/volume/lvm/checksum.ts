import { crc32 } from "node:zlib";

/** LVM2's lib/misc/crc.c: CRC-32 of the usual polynomial, but begun with this value and not inverted at the end. */
const initial = 0xf597_a6cf;

export const lvmChecksum = (bytes: Uint8Array, seed = initial): number => ~crc32(bytes, ~seed >>> 0) >>> 0;
