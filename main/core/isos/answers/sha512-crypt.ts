import { createHash, randomBytes } from "node:crypto";

/**
 * A password as installers and /etc/shadow take it: SHA-512 crypt, `$6$<salt>$<hash>` with the default 5,000 rounds.
 * "Unix crypt using SHA-256 and SHA-512", Ulrich Drepper, version 0.6; Node has no crypt(3).
 */
export function sha512Crypt(password: string, salt: string = newSalt()): string {
  const key = Buffer.from(password, "utf8");
  const saltBytes = Buffer.from(salt.slice(0, 16), "latin1");
  const alternate = sha512(key, saltBytes, key);
  const pieces: Buffer[] = [key, saltBytes, repeat(alternate, key.length)];
  for (let bits = key.length; bits > 0; bits >>= 1) pieces.push((bits & 1) === 1 ? alternate : key);
  let digest = sha512(...pieces);
  const p = repeat(sha512(...Array.from({ length: key.length }, () => key)), key.length);
  const s = repeat(
    sha512(...Array.from({ length: 16 + (digest[0] ?? 0) }, () => saltBytes)),
    saltBytes.length,
  );
  for (let round = 0; round < rounds; round++) {
    const odd = round % 2 === 1;
    digest = sha512(
      odd ? p : digest,
      round % 3 === 0 ? empty : s,
      round % 7 === 0 ? empty : p,
      odd ? digest : p,
    );
  }
  return `$6$${saltBytes.toString("latin1")}$${encode(digest)}`;
}

const rounds = 5_000;
const empty = Buffer.alloc(0);
const alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const newSalt = (): string => Array.from(randomBytes(16), (byte) => alphabet[byte % 64]).join("");

function sha512(...pieces: Buffer[]): Buffer {
  const hash = createHash("sha512");
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
}

/** The bytes of `block` again and again, `lengthBytes` of them. */
function repeat(block: Buffer, lengthBytes: number): Buffer {
  return Buffer.alloc(lengthBytes, block.length === 0 ? undefined : block);
}

/** Groups of three bytes in the order that the specification fixes: 0, 21, 42, then each turned by one. */
function encode(digest: Buffer): string {
  let text = "";
  for (let index = 0; index < 21; index++) {
    const group = [index, index + 21, index + 42];
    const turned = [...group.slice(index % 3), ...group.slice(0, index % 3)];
    const [high = 0, middle = 0, low = 0] = turned.map((at) => digest[at] ?? 0);
    text += base64((high << 16) | (middle << 8) | low, 4);
  }
  return text + base64(digest[63] ?? 0, 2);
}

function base64(value: number, characters: number): string {
  let text = "";
  for (let rest = value, count = 0; count < characters; count++, rest >>= 6) text += alphabet[rest & 0x3f];
  return text;
}
