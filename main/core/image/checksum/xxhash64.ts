/**
 * XXH64 (xxHash fast digest algorithm, format revision 0.1.1) with seed 0, as two unsigned 32-bit halves.
 * BigInt would take a hundred times as long, so the 64-bit numbers are pairs and a product is made of halves.
 */
export interface Hash64 {
  readonly high: number;
  readonly low: number;
}

/** A 64-bit number that is worked on in place. */
interface Lane {
  high: number;
  low: number;
}

const lane = (high: number, low: number): Lane => ({ high: high | 0, low: low | 0 });
const prime1 = lane(0x9e37_79b1, 0x85eb_ca87);
const prime2 = lane(0xc2b2_ae3d, 0x27d4_eb4f);
const prime3 = lane(0x1656_67b1, 0x9e37_79f9);
const prime4 = lane(0x85eb_ca77, 0xc2b2_ae63);
const prime5 = lane(0x27d4_eb2f, 0x1656_67c5);

function add(to: Lane, high: number, low: number): void {
  const sum = (to.low >>> 0) + (low >>> 0);
  to.low = sum | 0;
  to.high = (to.high + high + (sum > 0xffff_ffff ? 1 : 0)) | 0;
}

function multiply(to: Lane, by: Lane): void {
  const a0 = to.low & 0xffff;
  const a1 = to.low >>> 16;
  const b0 = by.low & 0xffff;
  const b1 = by.low >>> 16;
  const low = Math.imul(a0, b0) >>> 0;
  const middle = a1 * b0 + (low >>> 16);
  const middle2 = a0 * b1 + (middle % 0x1_0000);
  const carry = a1 * b1 + Math.floor(middle / 0x1_0000) + Math.floor(middle2 / 0x1_0000);
  to.high = (Math.imul(to.high, by.low) + Math.imul(to.low, by.high) + carry) | 0;
  to.low = ((middle2 & 0xffff) << 16) | (low & 0xffff);
}

function rotateLeft(value: Lane, bits: number): void {
  const { high, low } = bits >= 32 ? { high: value.low, low: value.high } : value;
  const by = bits & 31;
  value.high = by === 0 ? high : (high << by) | (low >>> (32 - by));
  value.low = by === 0 ? low : (low << by) | (high >>> (32 - by));
}

function xorShiftRight(value: Lane, bits: number): void {
  const { high, low } = value;
  if (bits >= 32) value.low = low ^ (high >>> (bits - 32));
  else {
    value.high = high ^ (high >>> bits);
    value.low = low ^ ((low >>> bits) | (high << (32 - bits)));
  }
}

const input = lane(0, 0);

function round(accumulator: Lane, high: number, low: number): void {
  input.high = high;
  input.low = low;
  multiply(input, prime2);
  add(accumulator, input.high, input.low);
  rotateLeft(accumulator, 31);
  multiply(accumulator, prime1);
}

function merge(hash: Lane, accumulator: Lane): void {
  const copy = lane(0, 0);
  round(copy, accumulator.high, accumulator.low);
  hash.high ^= copy.high;
  hash.low ^= copy.low;
  multiply(hash, prime1);
  add(hash, prime4.high, prime4.low);
}

export function xxhash64(buffer: Uint8Array): Hash64 {
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const length = buffer.byteLength;
  const hash = lane(prime5.high, prime5.low);
  let at = 0;
  if (length >= 32) {
    const lanes = [
      lane(prime1.high, prime1.low),
      lane(prime2.high, prime2.low),
      lane(0, 0),
      lane(0, 0),
    ] as const;
    add(lanes[0], prime2.high, prime2.low);
    add(lanes[3], ~prime1.high, -prime1.low); // minus prime1, whose low half is not zero
    for (; at + 32 <= length; at += 32) {
      round(lanes[0], view.getInt32(at + 4, true), view.getInt32(at, true));
      round(lanes[1], view.getInt32(at + 12, true), view.getInt32(at + 8, true));
      round(lanes[2], view.getInt32(at + 20, true), view.getInt32(at + 16, true));
      round(lanes[3], view.getInt32(at + 28, true), view.getInt32(at + 24, true));
    }
    hash.high = 0;
    hash.low = 0;
    [1, 7, 12, 18].forEach((bits, index) => {
      const turned = { ...(lanes[index] ?? lane(0, 0)) };
      rotateLeft(turned, bits);
      add(hash, turned.high, turned.low);
    });
    for (const each of lanes) merge(hash, each);
  }
  add(hash, 0, length);
  for (; at + 8 <= length; at += 8) {
    const piece = lane(0, 0);
    round(piece, view.getInt32(at + 4, true), view.getInt32(at, true));
    hash.high ^= piece.high;
    hash.low ^= piece.low;
    rotateLeft(hash, 27);
    multiply(hash, prime1);
    add(hash, prime4.high, prime4.low);
  }
  if (at + 4 <= length) {
    const piece = lane(0, view.getInt32(at, true));
    multiply(piece, prime1);
    hash.high ^= piece.high;
    hash.low ^= piece.low;
    rotateLeft(hash, 23);
    multiply(hash, prime2);
    add(hash, prime3.high, prime3.low);
    at += 4;
  }
  for (; at < length; at++) {
    const piece = lane(0, view.getUint8(at));
    multiply(piece, prime5);
    hash.high ^= piece.high;
    hash.low ^= piece.low;
    rotateLeft(hash, 11);
    multiply(hash, prime1);
  }
  xorShiftRight(hash, 33);
  multiply(hash, prime2);
  xorShiftRight(hash, 29);
  multiply(hash, prime3);
  xorShiftRight(hash, 32);
  return { high: hash.high >>> 0, low: hash.low >>> 0 };
}
