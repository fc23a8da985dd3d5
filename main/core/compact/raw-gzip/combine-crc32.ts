/** The polynomial of CRC-32 (RFC 1952), its lowest power in the highest bit, as the checksum itself is kept. */
const polynomial = 0xedb88320;
const one = 0x8000_0000;

/** Product of two polynomials over GF(2), modulo CRC-32's. */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = one, shifted = b; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= shifted;
    shifted = (shifted & 1) === 0 ? shifted >>> 1 : (shifted >>> 1) ^ polynomial;
  }
  return product >>> 0;
}

/** x to the power of 8 times `byteCount`: what a checksum is multiplied by when so many bytes follow. */
export function crc32Shift(byteCount: number): number {
  let power = one >>> 8; // x^8, one byte
  let shift = one;
  for (let left = byteCount; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) shift = multiply(shift, power);
    power = multiply(power, power);
  }
  return shift;
}

/** CRC-32 of one piece followed by another, from their checksums; `shift` is that of the second one's length. */
export const combineCrc32 = (first: number, second: number, shift: number): number =>
  (multiply(shift, first) ^ second) >>> 0;
