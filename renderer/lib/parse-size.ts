const factors: Record<string, number> = { "": 1024 ** 3, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/**
 * Bytes from what a person types: `20`, `20 GiB`, `1.5g`, `512 MB`. A bare number means GiB; every unit is
 * binary, as QEMU counts. null when it is no size.
 */
export function parseSize(text: string): number | null {
  const match = /^\s*(\d{1,9}(?:[.,]\d{1,6})?)\s*(?:([kmgt])(?:i?b)?)?\s*$/i.exec(text);
  if (match === null) return null;
  const factor = factors[(match[2] ?? "").toLowerCase()];
  const value = Number((match[1] ?? "").replace(",", "."));
  if (factor === undefined || !Number.isFinite(value)) return null;
  return Math.round(value * factor);
}
