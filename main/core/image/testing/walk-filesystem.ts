import type { FileNode, Filesystem } from "#core/image/filesystem/filesystem.ts";
import { AppError } from "#core/lib/app-error.ts";

const kinds = ["file", "directory", "symlink", "other", "unknown"];
const pieceBytes = 4096;
const namesPerFolder = 40;

export interface WalkReport {
  readonly nodes: number;
  /** Message of each refusal, with how often it was given. */
  readonly refusals: ReadonlyMap<string, number>;
  /** Some names of each folder, by its path. */
  readonly names: ReadonlyMap<string, readonly string[]>;
}

export interface WalkOptions {
  readonly maxNodes: number;
  readonly attributes: readonly string[];
  /** 0 to below 1. */
  random(): number;
  /** `names` of a walk before the damage: asked for before the folder is listed, so by its index if it has one. */
  readonly known?: ReadonlyMap<string, readonly string[]>;
}

/**
 * Asks a filesystem for everything it promises, for at most `maxNodes` nodes chosen by `random` (0 to 1):
 * folders, names that are there and not, the ends and the middle of files, targets, attributes. A refusal in
 * words is counted; any other error, and any answer of a wrong shape, is thrown.
 */
export async function walkFilesystem(
  open: () => Promise<Filesystem | null>,
  options: WalkOptions,
): Promise<WalkReport> {
  const refusals = new Map<string, number>();
  const names = new Map<string, string[]>();
  let nodes = 0;
  const attempt = async <T>(run: () => Promise<T>): Promise<T | null> => {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "image-unreadable") throw error;
      const message = error.message.replaceAll(/\d+/g, "N");
      refusals.set(message, (refusals.get(message) ?? 0) + 1);
      return null;
    }
  };
  const assertShape = (isSound: boolean, what: string): void => {
    if (!isSound) throw new Error(`Wrong answer: ${what}`);
  };

  const filesystem = await attempt(open);
  const root = filesystem === null ? null : await attempt(() => filesystem.root());
  if (filesystem === null || root === null) return { nodes, refusals, names };
  assertShape(
    filesystem.notes.every((note) => typeof note === "string"),
    "notes",
  );

  async function visit(node: FileNode): Promise<void> {
    nodes++;
    if (filesystem === null) return;
    assertShape(node.sizeBytes >= 0 && node.mode >= 0 && node.mode <= 0o7777, "size or mode");
    for (const name of options.attributes) {
      const value = await attempt(async () => filesystem.attribute?.(node, name) ?? null);
      assertShape(value === null || Buffer.isBuffer(value), "attribute");
    }
    if (node.kind === "symlink") {
      const target = await attempt(() => filesystem.readLink(node));
      assertShape(target === null || typeof target === "string", "target");
    }
    if (node.kind !== "file") return;
    for (const at of [0, Math.floor(node.sizeBytes / 2), Math.max(0, node.sizeBytes - pieceBytes)]) {
      const piece = await attempt(() => filesystem.read(node, at, pieceBytes));
      const expected = Math.max(0, Math.min(pieceBytes, node.sizeBytes - at));
      const isWhole = piece === null || (Buffer.isBuffer(piece) && piece.length === expected);
      assertShape(isWhole, `${piece?.length} of ${expected} bytes from ${at} of ${node.sizeBytes}`);
    }
  }

  const folders = [{ node: root, path: "/" }];
  await visit(root);
  while (folders.length > 0 && nodes < options.maxNodes) {
    const [next] = folders.splice(Math.floor(options.random() * folders.length), 1);
    if (next === undefined) break;
    const { node: folder, path } = next;
    if (options.random() < 0.7) {
      const known = options.known?.get(path) ?? [];
      for (const name of ["a name that is not there", ...known]) {
        const node = await attempt(() => filesystem.lookup(folder, name));
        if (node !== null && options.random() < 0.1) await visit(node);
      }
    }
    if (path !== "/" && options.random() < 0.2) continue; // never listed
    const entries = (await attempt(() => filesystem.list(folder))) ?? [];
    assertShape(
      entries.every((entry) => entry.name !== "" && !/[/\0]/.test(entry.name) && kinds.includes(entry.kind)),
      "entries",
    );
    const step = Math.max(1, Math.ceil(entries.length / namesPerFolder));
    for (let at = Math.floor(options.random() * step); at < entries.length; at += step) {
      const name = entries[at]?.name ?? "";
      const node = await attempt(() => filesystem.lookup(folder, name));
      if (node === null) continue;
      names.set(path, [...(names.get(path) ?? []), name]);
      await visit(node);
      if (node.kind === "directory") folders.push({ node, path: `${path}${name}/` });
      if (nodes >= options.maxNodes) break;
    }
  }
  return { nodes, refusals, names };
}
