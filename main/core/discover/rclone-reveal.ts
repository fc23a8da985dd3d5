import { createDecipheriv } from "node:crypto";

/**
 * The key that every rclone carries (fs/config/obscure): it keeps a password from being read over a shoulder and hides
 * it from nobody else.
 */
const publishedKey = Buffer.from("9c935b48730a554d6bfd7c63c886a92bd390198eb8128afbf4de162b8b95f638", "hex");
const ivBytes = 16;

/** What `rclone obscure` made of a password, made a password again: AES-256-CTR, its IV in front, base64url. */
export function revealRclone(obscured: string): string | null {
  if (!/^[A-Za-z0-9_-]+$/.test(obscured)) return null;
  const bytes = Buffer.from(obscured, "base64url");
  if (bytes.length < ivBytes) return null;
  const decipher = createDecipheriv("aes-256-ctr", publishedKey, bytes.subarray(0, ivBytes));
  const password = Buffer.concat([decipher.update(bytes.subarray(ivBytes)), decipher.final()]);
  const text = password.toString("utf8");
  return Buffer.from(text).equals(password) ? text : null;
}
