import { open, stat } from "node:fs/promises";

/** Far more than any of these files has; a key file has 4 KiB. */
const maxConfigBytes = 1024 ** 2;

export type ConfigText =
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable"; readonly why: string }
  | { readonly kind: "text"; readonly text: string };

/** A small plain text file. Never waits for a pipe, never reads a device, never more than a mebibyte. */
export async function readConfig(path: string): Promise<ConfigText> {
  try {
    const { size } = await plainFile(path);
    if (size > maxConfigBytes) return { kind: "unreadable", why: "it is larger than a configuration can be" };
    const buffer = Buffer.alloc(maxConfigBytes + 1);
    const file = await open(path, "r");
    try {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      const text = buffer
        .subarray(0, bytesRead)
        .toString("utf8")
        .replace(/^\uFEFF/, "");
      return text.includes("\0") ? { kind: "unreadable", why: "it is not a text" } : { kind: "text", text };
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "ENOENT" || code === "ENOTDIR") return { kind: "absent" };
    if (code === "EACCES" || code === "EPERM") return { kind: "unreadable", why: "you may not read it" };
    return { kind: "unreadable", why: code === "" ? "it is not a plain file" : code };
  }
}

async function plainFile(path: string): Promise<{ size: number }> {
  const entry = await stat(path);
  if (!entry.isFile()) throw new Error("not a plain file");
  return entry;
}
