import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { rowsSchema, type TreeRow } from "./mounted-tree.ts";

/** The kept image, which Linux has written, and what Linux shows of it. */
export async function allForms(): Promise<{ image: Buffer; rows: TreeRow[] }> {
  const kept = async (name: string): Promise<Buffer> =>
    zstdDecompressSync(await readFile(join(import.meta.dirname, name)));
  const rows: unknown = JSON.parse((await kept("all-forms.json.zst")).toString("utf8"));
  return { image: await kept("all-forms.img.zst"), rows: rowsSchema.parse(rows) };
}
