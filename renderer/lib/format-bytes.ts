const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** Bytes in binary units with three significant digits: `1.44 MiB`, `25.0 GiB`, `512 B`. */
export function formatBytes(sizeBytes: number): string {
  if (!Number.isFinite(sizeBytes) || sizeBytes < 0) return "–";
  let unit = 0;
  let value = sizeBytes;
  // 1023.5 would print as four digits and carry into the next unit anyway.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? String(Math.round(value)) : threeDigits(value)} ${units[unit]}`;
}

/** Whole sizes such as a disk's stay whole: `20 GiB`, not `20.0 GiB`. */
export function formatWholeBytes(sizeBytes: number): string {
  return formatBytes(sizeBytes).replace(/\.0+(?= )/, "");
}

/** `38.2 MiB/s`. */
export const formatRate = (bytesPerSecond: number): string => `${formatBytes(bytesPerSecond)}/s`;

function threeDigits(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  return value.toFixed(value >= 9.995 ? 1 : 2);
}
