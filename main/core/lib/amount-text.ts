const sizes: Record<string, number> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };
const times: Record<string, number> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 };

/** `8G`, `512M`, `1.5 GiB`, `1048576`; powers of 1024, as QEMU counts. Null when it is no size. */
export function parseSize(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim());
  if (match === null) return null;
  const sizeBytes = Number(match[1]) * (sizes[(match[2] ?? "").toLowerCase()] ?? 1);
  return Number.isInteger(sizeBytes) ? sizeBytes : null;
}

/** `90 s`, `5 min`, `500 ms`, `1.5 h`; a bare number counts seconds. In milliseconds; null when it is no time. */
export function parseDuration(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|min|h)?$/.exec(text.trim());
  if (match === null) return null;
  return Number(match[1]) * (times[match[2] ?? "s"] ?? 1_000);
}
