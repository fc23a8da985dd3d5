/** `22.4.2-1+deb12u3` -> [22, 4, 2]: epoch and packaging left out. */
const numbers = (version: string): number[] =>
  (/^(?:\d+:)?(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? "").split(".").map(Number);

/** Compares upstream versions number by number. */
export function isOlder(version: string, minimum: string): boolean {
  const [have, need] = [numbers(version), numbers(minimum)];
  for (let index = 0; index < Math.max(have.length, need.length); index++) {
    const difference = (have[index] ?? 0) - (need[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
