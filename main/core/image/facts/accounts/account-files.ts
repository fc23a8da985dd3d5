import type { FileTree } from "#core/image/filesystem/file-tree.ts";

/** What is read of one such file: some 5,000 accounts, in a few milliseconds. No image to be shared has more. */
const maxTableBytes = 256 * 1024;
const maxRows = 5000;

/** First bytes of a file as text; null when there is no such file. Larger files are cut, not refused. */
export async function readTextStart(
  tree: FileTree,
  path: string,
  maxBytes = maxTableBytes,
): Promise<string | null> {
  const file = await tree.openFile(path);
  if (file === null) return null;
  return (await file.read(0, Math.min(file.sizeBytes, maxBytes))).toString("utf8");
}

/** Rows of a file such as passwd(5), split at colons; null when there is no such file. */
export async function readTable(tree: FileTree, path: string): Promise<string[][] | null> {
  const text = await readTextStart(tree, path);
  if (text === null) return null;
  return text
    .split("\n", maxRows)
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(":"));
}

export interface PasswdEntry {
  readonly user: string;
  /** `x`: the password is in shadow(5). */
  readonly password: string;
  readonly uid: number | null;
  readonly gid: string;
  readonly home: string;
}

const numberOf = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : null;

/** passwd(5), or master.passwd(5) where the BSDs keep the hashes; null when there is neither. */
export async function readPasswd(tree: FileTree): Promise<PasswdEntry[] | null> {
  const master = await readTable(tree, "/etc/master.passwd");
  const rows = master ?? (await readTable(tree, "/etc/passwd"));
  if (rows === null) return null;
  const homeColumn = master === null ? 5 : 8;
  return rows
    .filter((row) => (row[0] ?? "") !== "" && row.length > 3)
    .map((row) => ({
      user: row[0] ?? "",
      password: row[1] ?? "",
      uid: numberOf(row[2]),
      gid: row[3] ?? "",
      home: row[homeColumn] ?? "",
    }));
}
