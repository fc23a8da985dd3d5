import { randomBytes } from "node:crypto";

/** A new id: 10 lower-case letters and digits, 50 bits of chance; safe in file names, URLs and argv. */
export function newId(): string {
  const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  return Array.from(randomBytes(10), (byte) => alphabet[byte % 32]).join("");
}
