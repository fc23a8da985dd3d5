import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { countRows, eachRow, findInIndex, findRow, type Row } from "./b-tree.ts";
import { openPages } from "./pages.ts";

/** Rows are cut off at `maxRowBytes`; a column behind the cut is empty. */
export interface SqliteDatabase {
  hasTable(table: string): boolean;
  /** Names of a table's columns in the order of a row's values. */
  columns(table: string): readonly string[];
  countRows(table: string): Promise<number>;
  rowById(table: string, rowid: number, maxRowBytes: number): Promise<Row | null>;
  /** Rows whose first column of the index is `key`; null when there is no such index. */
  rowsByIndex(table: string, index: string, key: string, maxRowBytes: number): Promise<Row[] | null>;
  eachRow(table: string, maxRowBytes: number, see: (row: Row) => void): Promise<void>;
}

const maxSchemaRowBytes = 64 * 1024;

/** null when there is no such file. Throws `image-unreadable` when it is damaged or something else. */
export async function openSqlite(tree: FileTree, path: string): Promise<SqliteDatabase | null> {
  const pages = await openPages(tree, path);
  if (pages === null) return null;
  const tables = new Map<string, { root: number; columns: string[] }>();
  const indexes = new Map<string, number>();
  // sqlite_schema: type, name, tbl_name, rootpage, sql
  await eachRow(pages, 1, maxSchemaRowBytes, ({ values }) => {
    const [type, name, , root, sql] = values;
    if (typeof name !== "string" || typeof root !== "number") return;
    if (type === "table") tables.set(name, { root, columns: columnsIn(typeof sql === "string" ? sql : "") });
    if (type === "index") indexes.set(name, root);
  });
  const rootOf = (table: string): number => tables.get(table)?.root ?? 0;
  return {
    hasTable: (table) => tables.has(table),
    columns: (table) => tables.get(table)?.columns ?? [],
    countRows: (table) => countRows(pages, rootOf(table)),
    rowById: (table, rowid, maxRowBytes) => findRow(pages, rootOf(table), rowid, maxRowBytes),
    eachRow: (table, maxRowBytes, see) => eachRow(pages, rootOf(table), maxRowBytes, see),
    rowsByIndex: async (table, index, key, maxRowBytes) => {
      const root = indexes.get(index);
      if (root === undefined) return null;
      const ids = await findInIndex(pages, root, key);
      const rows = await Promise.all(ids.map((id) => findRow(pages, rootOf(table), id, maxRowBytes)));
      return rows.filter((row) => row !== null);
    },
  };
}

/** The first word of each definition between the outer brackets of CREATE TABLE. */
function columnsIn(sql: string): string[] {
  const columns: string[] = [];
  let depth = 0;
  let definition = "";
  for (const character of sql.slice(sql.indexOf("("))) {
    if (character === ")") depth--;
    if (depth === 0 && definition !== "") break;
    if (depth === 1 && character === ",") {
      columns.push(definition);
      definition = "";
    } else if (depth >= 1) definition += character;
    if (character === "(") depth++;
  }
  return [...columns, definition].map((text) => /^\s*["'`[]?(\w+)/.exec(text)?.[1] ?? "");
}
