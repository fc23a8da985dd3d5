const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** `1.4 GiB`, `512 MiB`, `17 B`: three figures at most, whole sizes stay whole. */
export function sizeText(sizeBytes: number): string {
  if (!Number.isFinite(sizeBytes) || sizeBytes < 0) return "–";
  let value = sizeBytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 || Number.isInteger(value) ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit]}`;
}
