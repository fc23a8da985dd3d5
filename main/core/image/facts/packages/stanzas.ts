import type { TreeFile } from "#core/image/filesystem/file-tree.ts";

/** The database of a large desktop has about 10 MiB. */
const maxFileBytes = 64 * 1024 ** 2;
const chunkBytes = 256 * 1024;
/** A name and a version take more. */
const minStanzaLength = 8;
/** A stanza of apk lists all files of its package. */
const maxStanzaBytes = 2 * 1024 ** 2;

/**
 * Calls `see` with every paragraph of a file: text up to an empty line, with a line break at its end. Reads in
 * chunks; a paragraph that is absurdly long is left out.
 */
export async function eachStanza(file: TreeFile, see: (stanza: string) => void): Promise<void> {
  const end = Math.min(file.sizeBytes, maxFileBytes);
  let rest = "";
  for (let at = 0; at < end; at += chunkBytes) {
    // latin1: what is looked for is ASCII, and no character is cut in two
    const text = rest + (await file.read(at, Math.min(chunkBytes, end - at))).toString("latin1");
    let start = 0;
    // what is left of the chunk before holds no end
    for (
      let stop = text.indexOf("\n\n", Math.max(0, rest.length - 1));
      stop !== -1;
      stop = text.indexOf("\n\n", start)
    ) {
      if (stop - start >= minStanzaLength) see(text.slice(start, stop + 1));
      start = stop + 2;
    }
    rest = text.slice(start);
    if (rest.length > maxStanzaBytes) rest = "";
  }
  if (rest.trim() !== "") see(rest.endsWith("\n") ? rest : `${rest}\n`);
}

/** Value of a field at the start of a line, such as `Version: 1`; null when it is not there. */
export function fieldOf(stanza: string, prefix: string): string | null {
  const inside = stanza.indexOf(`\n${prefix}`);
  const at = stanza.startsWith(prefix) ? prefix.length : inside === -1 ? -1 : inside + prefix.length + 1;
  if (at === -1) return null;
  const stop = stanza.indexOf("\n", at);
  return stanza.slice(at, stop === -1 ? undefined : stop).trim();
}
