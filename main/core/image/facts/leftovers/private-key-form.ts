/** Enough to tell any of the forms; a key file is rarely longer. */
export const keyHeadBytes = 8 * 1024;

const opensshMagic = Buffer.from("openssh-key-v1\0");

/** What a key of this form is, in words for a user; null when the bytes are no private key. */
export function privateKeyForm(head: Buffer): string | null {
  const text = head.toString("latin1");
  const pem = /-----BEGIN ([A-Z0-9 ]{0,30})PRIVATE KEY(?: BLOCK)?-----/.exec(text);
  if (pem !== null) return pemForm((pem[1] ?? "").trim(), text.slice(pem.index + pem[0].length));
  const putty = /^PuTTY-User-Key-File-\d: /.test(text);
  if (putty) return named("PuTTY private key", !/^Encryption: none\s*$/m.test(text));
  if (text.startsWith("SSH PRIVATE KEY FILE FORMAT 1.1\n")) {
    const cipher = head[33] ?? 0; // after the name and its zero byte: 0 is no encryption (OpenSSH, SSH1)
    return named("SSH1 private key", cipher !== 0);
  }
  if (/^AGE-SECRET-KEY-1[0-9A-Z]{10}/m.test(text)) return "age secret key";
  return null;
}

const named = (what: string, hasPassphrase: boolean): string =>
  `${what} ${hasPassphrase ? "with" : "without"} a passphrase`;

function pemForm(kind: string, body: string): string {
  if (kind === "PGP") return "OpenPGP private key";
  if (kind === "OPENSSH") return named("OpenSSH private key", isOpensshEncrypted(body));
  if (kind === "ENCRYPTED") return named("Private key", true); // PKCS #8, RFC 5958
  const isEncrypted = /Proc-Type: 4,ENCRYPTED/.test(body.slice(0, 200)); // RFC 1421
  return named(kind === "" ? "Private key" : `${kind} private key`, isEncrypted);
}

/** PROTOCOL.key of OpenSSH: magic, then the cipher's name with its length; `none` is no passphrase. */
function isOpensshEncrypted(body: string): boolean {
  const data = Buffer.from(body.slice(0, 400).replace(/[^A-Za-z0-9+/]/g, ""), "base64");
  if (!data.subarray(0, opensshMagic.length).equals(opensshMagic)) return false;
  if (data.length < opensshMagic.length + 8) return false;
  const length = data.readUInt32BE(opensshMagic.length);
  if (length > 64) return false;
  const start = opensshMagic.length + 4;
  return data.toString("latin1", start, start + length) !== "none";
}
