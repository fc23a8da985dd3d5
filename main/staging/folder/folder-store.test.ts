import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FolderPlace } from "#contract/staging.ts";
import type { StagingUpload } from "../staging-store.ts";
import { createFolderStore } from "./folder-store.ts";

const place = (path: string, publicUrlTemplate: string | null = null): FolderPlace => ({
  kind: "folder",
  path,
  publicUrlTemplate,
});

describe("a folder", () => {
  const signal = new AbortController().signal;
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "goldsmith-folder-"));
    await mkdir(join(home, "share"));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));
  const store = (): ReturnType<typeof createFolderStore> => createFolderStore(place(join(home, "share")));
  async function upload(content: Buffer, more: Partial<StagingUpload> = {}): Promise<StagingUpload> {
    const path = join(home, "file");
    await writeFile(path, content);
    const ignore = { onUploadId: async () => {}, onProgress: () => {} };
    const file = { key: "goldsmith/0123/a.qcow2", path, sizeBytes: content.length, contentType: "a/b" };
    return { ...file, resume: null, ...ignore, signal, ...more };
  }

  it("lets a web server of another user read the file, and nobody list the folders", async () => {
    const before = process.umask(0o077);
    try {
      await store().upload(await upload(Buffer.from("x")));
    } finally {
      process.umask(before);
    }
    const mode = async (name: string): Promise<number> =>
      (await stat(join(home, "share", name))).mode & 0o777;
    expect([await mode("goldsmith"), await mode("goldsmith/0123")]).toEqual([0o711, 0o711]);
    expect(await mode("goldsmith/0123/a.qcow2")).toBe(0o644);
  });

  it("leaves nothing behind when a file is removed, and what is somebody else's as it is", async () => {
    await writeFile(join(home, "share/index.html"), "theirs");
    await store().upload(await upload(Buffer.from("x")));
    await store().remove("goldsmith/0123/a.qcow2", signal);
    expect(await readdir(join(home, "share"))).toEqual(["index.html"]);
  });

  it("refuses names that lead out of it", async () => {
    for (const key of ["../a", "a/../../b", "/etc/passwd", "a//b", "", ".", "a/\0"]) {
      await expect(store().upload(await upload(Buffer.from("x"), { key }))).rejects.toMatchObject({
        code: "bad-input",
      });
      await expect(store().remove(key, signal)).rejects.toMatchObject({ code: "bad-input" });
    }
    await expect(store().list("../", signal)).rejects.toMatchObject({ code: "bad-input" });
    expect(await readdir(home)).toEqual(["file", "share"]);
  });

  it("does not follow links when it lists", async () => {
    await mkdir(join(home, "elsewhere"));
    await writeFile(join(home, "elsewhere/secret"), "s");
    await symlink(join(home, "elsewhere"), join(home, "share/link"));
    await symlink(join(home, "elsewhere/secret"), join(home, "share/file-link"));
    expect(await store().list("", signal)).toEqual([]);
  });

  it("starts afresh over an unfinished file that was damaged, though its end is right", async () => {
    const content = randomBytes(6 * 1024 * 1024);
    const stop = new AbortController();
    const ids: string[] = [];
    const args = await upload(content, {
      signal: stop.signal,
      onUploadId: async (id) => void ids.push(id),
      onProgress: (doneBytes) => doneBytes > 4 * 1024 * 1024 && stop.abort(),
    });
    await expect(store().upload(args)).rejects.toMatchObject({ code: "cancelled" });
    const part = join(home, `share/${args.key}.${ids[0]}.part`);
    const damaged = await readFile(part);
    damaged.fill(0, 1000, 2000);
    await writeFile(part, damaged);
    const staged = await store().upload({ ...args, signal, resume: { uploadId: ids[0] ?? "" } });
    expect(staged.sha256).toBe(createHash("sha256").update(content).digest("hex"));
    expect((await readFile(staged.location)).equals(content)).toBe(true);
    expect(ids).toHaveLength(1);
  });

  it("takes an upload id that is no id of ours for none", async () => {
    const args = await upload(Buffer.from("x"), { resume: { uploadId: "../../../etc/passwd" } });
    await store().upload(args);
    expect(await store().list("", signal)).toMatchObject([{ key: args.key, sizeBytes: 1 }]);
  });

  it("proves that the address gives the file", async () => {
    const served = join(home, "share/goldsmith/0123/a.qcow2");
    const web = createServer((request, response) => {
      void readFile(served).then((bytes) => {
        const found = request.url === "/images/goldsmith/0123/a.qcow2";
        response.writeHead(found ? 200 : 404, { "content-length": found ? bytes.length : 0 }).end();
      });
    });
    await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
    const { port } = web.address() as AddressInfo;
    const at = (path: string): ReturnType<typeof createFolderStore> =>
      createFolderStore(place(join(home, "share"), `http://127.0.0.1:${port}/${path}/{key}`));
    try {
      const args = await upload(Buffer.from("xyz"));
      const staged = await at("images").upload(args);
      expect(staged.publicUrl).toBe(`http://127.0.0.1:${port}/images/goldsmith/0123/a.qcow2`);
      await expect(at("other").upload(args)).rejects.toMatchObject({
        code: "staging-failed",
        hint: expect.stringContaining("web server"),
      });
    } finally {
      web.closeAllConnections();
      await new Promise((resolve) => web.close(resolve));
    }
  });
});
