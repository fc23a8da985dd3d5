import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { AppError } from "#core/lib/app-error.ts";
import type { ErrorCode } from "#contract/errors.ts";
import { startCountingProxy, type CountingProxy } from "./counting-proxy.ts";
import type { StagedObject, StagingStore, StagingUpload } from "./staging-store.ts";

const MiB = 1024 * 1024;

/** A place to stage in that runs and is empty. */
export interface StagingTarget {
  /** Where its server listens, `http://host:port` or `tcp://host:port`; null: nothing goes over a wire. */
  readonly endpoint: string | null;
  /** The most that one interruption may cost: bytes that are sent again, and the small calls of one upload. */
  readonly interruption: { resentBytes: number; overheadBytes: number };
  /** The store as a user sets it up, at the endpoint given (the target's own, or a relay before it). */
  open(endpoint: string): StagingStore;
  /** The same with something set up wrong, and how every call must fail then. */
  wrong(): readonly { what: string; store: StagingStore; code: ErrorCode; secret: string | null }[];
  /** The object as somebody else reads it; left out: HEAD and GET by its public URL or a signed link. */
  read?(staged: StagedObject): Promise<Buffer>;
  /** What has been written to a store without a server so far. */
  writtenBytes?(): number;
  close(): Promise<void>;
}

/** What every staging store has to do; run for each against each server there is. */
export function testStagingStore(name: string, start: () => Promise<StagingTarget>): void {
  describe(`${name} as a staging store`, () => {
    let folder: string;
    let target: StagingTarget;
    let proxy: CountingProxy | null = null;
    let store: StagingStore;
    const signal = new AbortController().signal;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "goldsmith-staging-"));
      target = await start();
      proxy = target.endpoint === null ? null : await startCountingProxy(target.endpoint);
      store = target.open(proxy?.endpoint ?? "");
    });
    afterAll(async () => {
      await proxy?.close();
      await target?.close();
      await rm(folder, { recursive: true, force: true });
    });

    afterEach(async () => {
      proxy?.cutNext([]);
      await store.abortUploads("", signal);
      for (const { key } of await store.list("", signal)) await store.remove(key, signal);
    });

    async function randomFile(sizeBytes: number): Promise<{ path: string; content: Buffer }> {
      const content = randomBytes(sizeBytes);
      const path = join(folder, randomBytes(6).toString("hex"));
      await writeFile(path, content);
      return { path, content };
    }
    const sentBytes = (): number => proxy?.sentBytes() ?? target.writtenBytes?.() ?? 0;
    const uploadOf = (path: string, sizeBytes: number, rest: Partial<StagingUpload> = {}): StagingUpload => ({
      key: `t/${randomBytes(8).toString("hex")}.img`,
      path,
      sizeBytes,
      contentType: "application/octet-stream",
      resume: null,
      onUploadId: async () => {},
      onProgress: () => {},
      signal,
      ...rest,
    });
    async function expectServed(staged: StagedObject, content: Buffer, key: string): Promise<void> {
      const body = await (target.read?.(staged) ?? readByHttp(store, staged, key));
      expect(body.equals(content)).toBe(true);
      expect(staged.sizeBytes).toBe(content.length);
      expect(staged.sha256).toBe(createHash("sha256").update(content).digest("hex"));
    }

    it("can be probed, twice", async () => {
      await store.probe(signal);
      await store.probe(signal);
    });

    it.each([0, 1, 5 * MiB + 1, 40 * MiB])(
      "serves a file of %i bytes as it is, also put twice",
      async (size) => {
        const { path, content } = await randomFile(size);
        const seen: number[] = [];
        const args = uploadOf(path, size, {
          onProgress: (doneBytes) => seen.push(doneBytes),
        });
        await expectServed(await store.upload(args), content, args.key);
        expect(seen.at(-1) ?? 0).toBe(size);
        expect(seen.every((bytes, index) => bytes <= size && bytes >= (seen[index - 1] ?? 0))).toBe(true);
        await expectServed(await store.upload(args), content, args.key);
      },
    );

    it("takes keys with every kind of character", async () => {
      const { path, content } = await randomFile(10);
      const args = uploadOf(path, 10, { key: "t/a:b/ä ö+%25&=?#'(~)/50%.img" });
      await expectServed(await store.upload(args), content, args.key);
      expect(await store.list("t/a:b/", signal)).toMatchObject([{ key: args.key, sizeBytes: 10 }]);
    });

    it("keeps an object private, exposes and conceals it, also twice, and signs links to it", async () => {
      const { path, content } = await randomFile(9 * MiB);
      const args = uploadOf(path, content.length, { access: "private" });
      const { publicUrl } = await store.upload(args);
      const strangerSees = async (): Promise<boolean> =>
        publicUrl === null ? !store.hides : (await fetch(publicUrl, { method: "HEAD" })).ok;
      expect(await strangerSees()).toBe(!store.hides);
      if (store.signedLink !== null) {
        const link = await store.signedLink(args.key, { expiresInMs: 600_000 }, signal);
        const range = await fetch(link.url, { headers: { range: "bytes=100-199" } });
        expect(range.status).toBe(206);
        expect(Buffer.from(await range.arrayBuffer()).equals(content.subarray(100, 200))).toBe(true);
        const head = await fetch(link.headUrl, { method: "HEAD" });
        expect([head.status, head.headers.get("content-length")]).toEqual([200, String(content.length)]);
      }
      for (let twice = 0; twice < 2; twice++) {
        expect(await store.expose(args.key, content.length, signal)).toBe(publicUrl);
        expect(await strangerSees()).toBe(publicUrl !== null || !store.hides);
      }
      for (let twice = 0; twice < 2; twice++) {
        await store.conceal(args.key, signal);
        expect(await strangerSees()).toBe(!store.hides);
      }
      await store.conceal("t/not-there", signal);
    });

    it("goes on after an abort and sends little again", async () => {
      const { path, content } = await randomFile(64 * MiB);
      const ids: string[] = [];
      const stop = new AbortController();
      const args = uploadOf(path, content.length, { onUploadId: async (id) => void ids.push(id) });
      const { resentBytes, overheadBytes } = target.interruption;
      const before = sentBytes();
      const aborted = store.upload({
        ...args,
        signal: stop.signal,
        onProgress: (doneBytes) => doneBytes > 44 * MiB && stop.abort(),
      });
      await expect(aborted).rejects.toMatchObject({ code: "cancelled" });
      const sentFirst = sentBytes() - before;
      expect(sentFirst).toBeLessThan(content.length);
      expect(await store.pendingUploads(args.key, signal)).toMatchObject([
        { key: args.key, uploadId: ids[0] },
      ]);

      const resume = { uploadId: ids[0] ?? "" };
      await expectServed(await store.upload({ ...args, resume }), content, args.key);
      const sentInAll = sentBytes() - before;
      expect(sentInAll).toBeLessThan(content.length + resentBytes + overheadBytes);
      expect(sentInAll - sentFirst).toBeLessThan(content.length - 8 * MiB);
      expect(ids).toHaveLength(1);
      expect(await store.pendingUploads(args.key, signal)).toEqual([]);

      // Killed right after completing, before anybody wrote it down: nothing is sent again.
      const completeBytes = sentBytes();
      await expectServed(await store.upload({ ...args, resume }), content, args.key);
      expect(sentBytes() - completeBytes).toBeLessThan(overheadBytes);
    });

    it("survives broken connections", async () => {
      const { path, content } = await randomFile(20 * MiB);
      const args = uploadOf(path, content.length);
      proxy?.cutNext([3 * MiB, 1000, 10]);
      await expectServed(await store.upload(args), content, args.key);
    });

    it("sends only what changed since the attempt that is resumed, and starts afresh when that is gone", async () => {
      const { path, content } = await randomFile(24 * MiB);
      const ids: string[] = [];
      const stop = new AbortController();
      const args = uploadOf(path, content.length, { onUploadId: async (id) => void ids.push(id) });
      const first = store.upload({
        ...args,
        signal: stop.signal,
        onProgress: (doneBytes) => doneBytes > 20 * MiB && stop.abort(),
      });
      await expect(first).rejects.toMatchObject({ code: "cancelled" });
      content[100] = (content[100] ?? 0) ^ 0xff;
      await writeFile(path, content);
      await expectServed(
        await store.upload({ ...args, resume: { uploadId: ids[0] ?? "" } }),
        content,
        args.key,
      );
      content[200] = (content[200] ?? 0) ^ 0xff;
      await writeFile(path, content);
      await expectServed(
        await store.upload({ ...args, resume: { uploadId: ids[0] ?? "" } }),
        content,
        args.key,
      );
      expect(ids).toHaveLength(2);
    });

    it("refuses a file that changes while it is uploaded, or is not what was said", async () => {
      const { path, content } = await randomFile(16 * MiB + 1);
      await using file = await open(path, "r+");
      const args = uploadOf(path, content.length, {
        onUploadId: async () => void (await file.write("x", 9 * MiB)),
      });
      await expectCode(store.upload(args), "bad-input");
      await expectCode(store.upload(uploadOf(path, 1)), "bad-input");
      await expectCode(store.upload(uploadOf(`${path}.gone`, 1)), "not-found");
      expect(await store.list("t/", signal)).toEqual([]);
    });

    it("discards unfinished uploads, also twice", async () => {
      const { path, content } = await randomFile(16 * MiB);
      for (const key of ["u/1", "u/2", "v/1"]) {
        const stop = new AbortController();
        const args = uploadOf(path, content.length, {
          key,
          signal: stop.signal,
          onProgress: () => stop.abort(),
        });
        await expectCode(store.upload(args), "cancelled");
      }
      expect((await store.pendingUploads("u/", signal)).map(({ key }) => key)).toEqual(["u/1", "u/2"]);
      await store.abortUploads("u/", signal);
      await store.abortUploads("u/", signal);
      expect((await store.pendingUploads("", signal)).map(({ key }) => key)).toEqual(["v/1"]);
      await store.abortUploads("", signal);
      expect(await store.pendingUploads("", signal)).toEqual([]);
    });

    it("lists in key order by prefix and removes, also twice", async () => {
      const { path, content } = await randomFile(3);
      for (const key of ["l/b", "l/a", "m/a"]) await store.upload(uploadOf(path, content.length, { key }));
      const listed = ["l/a", "l/b"].map((key) => ({ key, sizeBytes: 3 }));
      expect(await store.list("l/", signal)).toMatchObject(listed);
      expect(await store.list("l/", signal)).toMatchObject(listed);
      for (const key of ["l/a", "l/a", "l/b", "m/a"]) await store.remove(key, signal);
      expect(await store.list("", signal)).toEqual([]);
    });

    it("says what is wrong with how it is set up, and keeps the secret to itself", async () => {
      const { path } = await randomFile(3);
      for (const { what, store: bad, code, secret } of target.wrong()) {
        for (const call of [
          () => bad.probe(signal),
          () => bad.upload(uploadOf(path, 3)),
          () => bad.list("", signal),
        ]) {
          const error = await expectCode(call(), code, what);
          if (secret !== null) {
            expect(JSON.stringify([error.toWire(), error.stack, String(error.cause)])).not.toContain(secret);
          }
        }
      }
    });

    it("does nothing once cancelled", async () => {
      await expectCode(store.probe(AbortSignal.abort()), "cancelled");
      await expectCode(store.list("", AbortSignal.abort()), "cancelled");
    });
  });
}

/** As a provider reads it: by its plain URL, or by a signed link where the store has no other way. */
async function readByHttp(store: StagingStore, staged: StagedObject, key: string): Promise<Buffer> {
  const { publicUrl, sizeBytes } = staged;
  const signal = AbortSignal.timeout(60_000);
  const link =
    publicUrl === null
      ? await store.signedLink?.(key, { expiresInMs: 600_000 }, signal)
      : { url: publicUrl, headUrl: publicUrl };
  if (link === undefined) throw new Error("nobody can read the object");
  const head = await fetch(link.headUrl, { method: "HEAD" });
  expect([head.status, head.headers.get("content-length")]).toEqual([200, String(sizeBytes)]);
  return Buffer.from(await (await fetch(link.url)).arrayBuffer());
}

async function expectCode(work: Promise<unknown>, code: ErrorCode, what = ""): Promise<AppError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error(`${what}: no AppError was thrown`, { cause: error });
  expect({ what, code: error.code, message: error.message }).toMatchObject({ what, code });
  return error;
}
