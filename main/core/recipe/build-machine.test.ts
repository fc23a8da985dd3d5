import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeClock } from "#system/node-clock.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { createIsoSource } from "./build-machine.ts";

const content = "an installer\n".repeat(1_000);
const sha256 = createHash("sha256").update(content).digest("hex");

let folder: string;
let server: Server;
let asked: number;
let url: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gs-iso-source-"));
  asked = 0;
  server = createServer((_, reply) => {
    asked += 1;
    setTimeout(() => reply.end(content), 100);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.iso`;
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

function provide(iso: { url: string; sha256: string }, messages: string[] = []): Promise<string | null> {
  const ports = { clock: nodeClock, processes: nodeProcesses };
  const source = createIsoSource({
    isos: null as never,
    jobs: null as never,
    ports,
    cache: join(folder, "cache", "isos"),
  });
  const reporter = { progress: () => {}, message: (text: string) => void messages.push(text) };
  const context = { signal: new AbortController().signal } as never;
  return source.provide(iso, folder, { context, reporter });
}

describe("an ISO by its address", () => {
  it("is fetched once, also by two builds at the same time", async () => {
    const messages: string[] = [];
    const [one, other] = await Promise.all([
      provide({ url, sha256 }, messages),
      provide({ url, sha256 }, messages),
    ]);
    expect(one).toBe(other);
    expect(await readFile(one ?? "", "utf8")).toBe(content);
    expect(messages).toContain("Another download of it is under way");
    expect(await provide({ url, sha256 })).toBe(one);
    expect(asked).toBe(1);
    expect(await readdir(join(folder, "cache", "isos"))).toEqual([`${sha256}.iso`]);
  });

  it("that is another file says which checksum it has, and leaves nothing behind", async () => {
    await expect(provide({ url, sha256: "a".repeat(64) })).rejects.toMatchObject({
      code: "verify-failed",
      message: `${url} is not the file whose SHA-256 the recipe names`,
      hint: expect.stringContaining(sha256),
    });
    expect(await readdir(join(folder, "cache", "isos"))).toEqual([]);
  });
});
