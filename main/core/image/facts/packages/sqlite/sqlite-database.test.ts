import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { createMemoryTree } from "#core/image/testing/memory-filesystem.ts";
import { AppError } from "#core/lib/app-error.ts";
import { openSqlite, type SqliteDatabase } from "./sqlite-database.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gs-sqlite-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let databases = 0;
const nameOf = (index: number): string => `name-${(index * 7919) % 4000}`;

/** 4000 rows in a table and its index: three levels of pages at this page size; row 77 overflows its page. */
async function makeDatabase(pageBytes: number): Promise<Buffer> {
  const path = join(folder, `plain-${databases++}.db`);
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA page_size=${pageBytes}; CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL,
    size NUMERIC(10, 2), data BLOB, CHECK (id > 0)); CREATE INDEX t_name ON t(name); BEGIN`);
  const insert = database.prepare("INSERT INTO t VALUES (?, ?, ?, ?)");
  for (let index = 1; index <= 4000; index++) {
    insert.run(
      index,
      nameOf(index),
      index - 2000,
      Buffer.alloc(index === 77 ? 50_000 : index % 9, index % 251),
    );
  }
  insert.run(9000, nameOf(5), -1.5, null);
  database.exec("COMMIT");
  database.close();
  return readFile(path);
}

const treeOf = (bytes: Buffer, wal?: Buffer): FileTree =>
  createMemoryTree({ "/a.db": bytes, ...(wal === undefined ? {} : { "/a.db-wal": wal }) });

async function open(tree: FileTree): Promise<SqliteDatabase> {
  const database = await openSqlite(tree, "/a.db");
  if (database === null) throw new Error("not found");
  return database;
}

describe("openSqlite", () => {
  it.each([512, 4096, 65536])("reads what SQLite wrote with pages of %i bytes", async (pageBytes) => {
    const database = await open(treeOf(await makeDatabase(pageBytes)));
    expect(database.hasTable("t")).toBe(true);
    expect(database.hasTable("u")).toBe(false);
    expect(database.columns("t").slice(0, 4)).toEqual(["id", "name", "size", "data"]);
    expect(await database.countRows("t")).toBe(4001);
    expect(await database.rowById("t", 4001, 100)).toBeNull();
    for (const id of [1, 77, 2000, 3999]) {
      const row = await database.rowById("t", id, 1024 ** 2);
      const data = Buffer.alloc(id === 77 ? 50_000 : id % 9, id % 251);
      expect(row).toEqual({ rowid: id, values: [null, nameOf(id), id - 2000, data] });
    }
    expect((await database.rowById("t", 77, 300))?.values[3]).toHaveProperty("length", 282);
    const five = await database.rowsByIndex("t", "t_name", nameOf(5), 100);
    expect(five?.map((row) => [row.rowid, row.values[2]])).toEqual([
      [5, -1995],
      [9000, -1.5],
    ]);
    expect(await database.rowsByIndex("t", "t_name", "nobody", 100)).toEqual([]);
    expect(await database.rowsByIndex("t", "no_index", "x", 100)).toBeNull();
    const seen: number[] = [];
    await database.eachRow("t", 64, ({ rowid }) => seen.push(rowid));
    expect(seen).toEqual([...Array.from({ length: 4000 }, (_v, index) => index + 1), 9000]);
  });

  it("sees what is committed in the write-ahead log, and nothing else", async () => {
    const path = join(folder, "wal.db");
    const database = new DatabaseSync(path);
    database.exec(
      "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t (id INTEGER PRIMARY KEY)",
    );
    database.exec("PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES (1), (2), (3)");
    const copies = [join(folder, "copy.db"), join(folder, "copy.db-wal")] as const;
    await copyFile(path, copies[0]);
    await copyFile(`${path}-wal`, copies[1]);
    database.close();
    const [bytes, wal] = await Promise.all(copies.map((copy) => readFile(copy)));
    if (bytes === undefined || wal === undefined) throw new Error("no copies");
    expect(await (await open(treeOf(bytes))).countRows("t")).toBe(0);
    expect(await (await open(treeOf(bytes, wal))).countRows("t")).toBe(3);
    const uncommitted = Buffer.from(wal);
    for (let at = 32; at < uncommitted.length; at += 24 + 4096) uncommitted.writeUInt32BE(0, at + 4);
    expect(await (await open(treeOf(bytes, uncommitted))).countRows("t")).toBe(0);
  });

  it("answers null for no file and refuses what is no database", async () => {
    expect(await openSqlite(createMemoryTree({}), "/a.db")).toBeNull();
    await expect(openSqlite(treeOf(Buffer.from("text")), "/a.db")).rejects.toThrow(/no SQLite database/);
  });

  it("ends with an answer or a clear error on damaged files", async () => {
    const bytes = await makeDatabase(512);
    const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const damaged = Buffer.from(bytes);
        // half of the changes hit the schema and the roots
        for (const [at, value] of changes) damaged.writeUInt8(value, value % 2 === 0 ? at : at % 2048);
        try {
          const database = await open(treeOf(damaged));
          if (!database.hasTable("t")) return;
          await database.countRows("t");
          await database.rowById("t", 77, 100_000);
          await database.rowsByIndex("t", "t_name", nameOf(5), 100);
          await database.eachRow("t", 64, () => {});
        } catch (error) {
          if (error instanceof RangeError) return; // `attempt` tells it as damage
          expect(AppError.from(error).code).toBe("image-unreadable");
        }
      }),
      { numRuns: 60, seed: 20261121 },
    );
  });
});
