/** Last part of a path of any of the three systems. */
export const fileName = (path: string): string => path.split(/[/\\]/).findLast((part) => part !== "") ?? path;

/** A machine's name from its installer's file name: `debian-12.5.0-amd64-netinst.iso` gives `debian-12.5.0`. */
export function nameFromIso(path: string): string {
  const stem = fileName(path)
    .replace(/\.iso$/i, "")
    .replace(/[-_.](amd64|x86[-_]64|x64|i386|arm64|aarch64)\b.*$/i, "")
    .replace(/[-_](netinst|dvd\d?|cd\d?|live-server|live|minimal|boot|virt)$/i, "");
  return stem.trim().slice(0, 80);
}
