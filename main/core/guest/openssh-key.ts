import { randomBytes } from "node:crypto";

const type = "ssh-ed25519";

/** RFC 4251 section 5: a length of four bytes, then the bytes. */
const field = (value: Uint8Array | string): Buffer => {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

const publicBlob = (point: Uint8Array): Buffer => Buffer.concat([field(type), field(point)]);

/** One line of `authorized_keys`. `point`: the 32 bytes of an ed25519 public key. */
export const openSshPublicKey = (point: Uint8Array, comment: string): string =>
  `${type} ${publicBlob(point).toString("base64")} ${comment}`;

/** OpenSSH's own private key file (its PROTOCOL.key), without a passphrase. `seed`: the 32 private bytes. */
export function openSshPrivateKey(seed: Uint8Array, point: Uint8Array, comment: string): string {
  const check = randomBytes(4);
  const inner = [
    check,
    check,
    field(type),
    field(point),
    field(Buffer.concat([seed, point])),
    field(comment),
  ];
  const bare = Buffer.concat(inner);
  // Padded to the block size of "none", 8, with 1, 2, 3 …
  const padding = Buffer.from(Array.from({ length: (8 - (bare.length % 8)) % 8 }, (_, index) => index + 1));
  const one = Buffer.from([0, 0, 0, 1]);
  const blob = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    field("none"),
    field("none"),
    field(""),
    one,
    field(publicBlob(point)),
    field(Buffer.concat([bare, padding])),
  ]);
  const lines = blob.toString("base64").replaceAll(/.{70}/g, "$&\n").trimEnd();
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`;
}
