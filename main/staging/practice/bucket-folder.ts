import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import {
  ObjectRecordSchema,
  UploadRecordSchema,
  type ObjectRecord,
  type Segment,
  type UploadRecord,
} from "./records.ts";
import { faults, S3Fault } from "./s3-fault.ts";

/** Bytes that were received and are on disk, but that nothing names yet. */
export interface Received extends Segment {
  md5: string;
}

/**
 * One bucket on disk: `objects/<hash of key>.json`, `uploads/<id>.json` and the bytes in `data/<random>`. Keys
 * never become file names. A record is written to a temporary name and renamed, so a killed process leaves the
 * old or the new one; bytes that no record names are removed at the next start.
 */
export class BucketFolder {
  readonly objects = new Map<string, ObjectRecord>();
  readonly uploads = new Map<string, UploadRecord>();
  readonly #folder: string;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<BucketFolder> {
    const bucket = new BucketFolder(folder);
    for (const name of ["objects", "uploads", "data"]) await mkdir(join(folder, name), { recursive: true });
    await bucket.#load();
    return bucket;
  }

  async #load(): Promise<void> {
    const sizes = new Map<string, number>();
    for (const file of await readdir(join(this.#folder, "data"))) {
      sizes.set(file, (await stat(join(this.#folder, "data", file))).size);
    }
    const whole = (segments: readonly Segment[]): boolean =>
      segments.every((segment) => sizes.get(segment.file) === segment.sizeBytes);
    for (const record of await this.#readAll("objects", ObjectRecordSchema)) {
      if (whole(record.segments)) this.objects.set(record.key, record);
    }
    const named = new Set([...this.objects.values()].flatMap((o) => o.segments.map((s) => s.file)));
    for (const record of await this.#readAll("uploads", UploadRecordSchema)) {
      const parts = Object.values(record.parts);
      // Killed between writing the object and removing its upload: the upload is complete, only not yet gone.
      if (parts.some((part) => named.has(part.file))) await this.#erase("uploads", record.uploadId);
      else if (whole(parts)) this.uploads.set(record.uploadId, record);
    }
    for (const { parts } of this.uploads.values()) for (const p of Object.values(parts)) named.add(p.file);
    await this.discard([...sizes.keys()].filter((file) => !named.has(file)));
  }

  async #readAll<S extends z.ZodType>(kind: "objects" | "uploads", schema: S): Promise<z.output<S>[]> {
    const records: z.output<S>[] = [];
    for (const name of await readdir(join(this.#folder, kind))) {
      const path = join(this.#folder, kind, name);
      const record = name.endsWith(".json") ? parseRecord(schema, await readFile(path, "utf8")) : null;
      if (record === null) await rm(path, { force: true });
      else records.push(record);
    }
    return records;
  }

  /** Takes bytes to disk. Throws EntityTooLarge beyond `maxBytes` and leaves nothing behind when it throws. */
  async receive(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Received> {
    const file = randomBytes(16).toString("hex");
    const path = join(this.#folder, "data", file);
    const md5 = createHash("md5");
    let sizeBytes = 0;
    const handle = await open(path, "wx");
    try {
      for await (const piece of body) {
        sizeBytes += piece.length;
        if (sizeBytes > maxBytes) throw faults.entityTooLarge();
        md5.update(piece);
        await handle.writeFile(piece);
      }
      await handle.close();
    } catch (error) {
      await handle.close();
      await rm(path, { force: true });
      throw diskFault(error);
    }
    return { file, sizeBytes, md5: md5.digest("hex") };
  }

  async putObject(record: ObjectRecord): Promise<void> {
    const old = this.objects.get(record.key);
    await this.#save("objects", hashed(record.key), record);
    this.objects.set(record.key, record);
    // A change of access alone keeps the bytes.
    const kept = new Set(record.segments.map((segment) => segment.file));
    const files = (old?.segments ?? []).map((segment) => segment.file);
    await this.discard(files.filter((file) => !kept.has(file)));
  }

  async removeObject(key: string): Promise<void> {
    const old = this.objects.get(key);
    if (old === undefined) return;
    this.objects.delete(key);
    await this.#erase("objects", hashed(key));
    await this.discard(old.segments.map((segment) => segment.file));
  }

  async putUpload(record: UploadRecord): Promise<void> {
    this.uploads.set(record.uploadId, record);
    await this.#save("uploads", record.uploadId, record);
  }

  /** Adds or replaces a part. The upload may have ended while the part's bytes came in. */
  async putPart(uploadId: string, number: number, received: Received): Promise<void> {
    const upload = this.uploads.get(uploadId);
    if (upload === undefined) {
      await this.discard([received.file]);
      throw faults.noSuchUpload();
    }
    const { file, sizeBytes, md5 } = received;
    const old = upload.parts[number];
    const part = { file, sizeBytes, md5, lastModified: new Date().toISOString() };
    await this.putUpload({ ...upload, parts: { ...upload.parts, [number]: part } });
    if (old !== undefined) await this.discard([old.file]);
  }

  /** Forgets an upload; parts that `keep` does not name are deleted. */
  async removeUpload(uploadId: string, keep: readonly Segment[] = []): Promise<void> {
    const upload = this.uploads.get(uploadId);
    if (upload === undefined) return;
    this.uploads.delete(uploadId);
    await this.#erase("uploads", uploadId);
    const kept = new Set(keep.map((segment) => segment.file));
    const files = Object.values(upload.parts).map((part) => part.file);
    await this.discard(files.filter((file) => !kept.has(file)));
  }

  /** The bytes from `startByte` to before `endByte`. */
  async *read(record: ObjectRecord, startByte: number, endByte: number): AsyncGenerator<Uint8Array> {
    let offset = 0;
    for (const { file, sizeBytes } of record.segments) {
      const start = Math.max(startByte - offset, 0);
      const end = Math.min(endByte - offset, sizeBytes);
      if (start < end) yield* createReadStream(join(this.#folder, "data", file), { start, end: end - 1 });
      offset += sizeBytes;
    }
  }

  async discard(files: readonly string[]): Promise<void> {
    // An open file cannot be removed on Windows; the next start does it.
    for (const file of files) await rm(join(this.#folder, "data", file), { force: true }).catch(() => {});
  }

  #save(kind: "objects" | "uploads", name: string, record: unknown): Promise<void> {
    const path = join(this.#folder, kind, `${name}.json`);
    const temporary = join(this.#folder, kind, `${name}.${randomBytes(6).toString("hex")}.tmp`);
    return this.#inOrder(async () => {
      await writeFile(temporary, JSON.stringify(record)).catch((error: unknown) => {
        throw diskFault(error);
      });
      await rename(temporary, path);
    });
  }

  #erase(kind: "objects" | "uploads", name: string): Promise<void> {
    return this.#inOrder(() => rm(join(this.#folder, kind, `${name}.json`), { force: true }));
  }

  /** Records reach the disk in the order of the decisions, also when requests overlap. */
  #inOrder<T>(write: () => Promise<T>): Promise<T> {
    const result = this.#writing.then(write);
    this.#writing = result.catch(() => {});
    return result;
  }
}

const hashed = (key: string): string => createHash("sha256").update(key).digest("hex");

function parseRecord<S extends z.ZodType>(schema: S, text: string): z.output<S> | null {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null; // torn by a power cut; the bytes it named are removed with it
  }
}

function diskFault(error: unknown): unknown {
  const full = error instanceof Error && "code" in error && error.code === "ENOSPC";
  return full ? new S3Fault(507, "InsufficientStorage", "The practice store's disk is full") : error;
}
