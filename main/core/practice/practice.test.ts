import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Ports } from "#ports/ports.ts";
import { testPorts } from "#core/publish/publish-harness.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { createPractice, type Practice, type PracticeEndpoints } from "./practice.ts";

let data: string;
let ports: Ports;
let open: Practice[];
const practice = (): Practice => {
  const made = createPractice({ ports, paceMs: 1 });
  open.push(made);
  return made;
};

beforeEach(async () => {
  open = [];
  data = await mkdtemp(join(tmpdir(), "goldsmith-practice-"));
  ports = testPorts(data, nodeProcesses);
});
afterEach(async () => {
  for (const each of open.toReversed()) await each.close();
  await rm(data, { recursive: true, force: true });
});

const portOf = (address: string): number => Number(new URL(address).port);
const digitalOcean = ({ accounts }: PracticeEndpoints): { apiBase: string; token: string } => ({
  apiBase: accounts.digitalocean?.apiBase ?? "",
  token: accounts.digitalocean?.fields["token"] ?? "",
});
const account = (endpoints: PracticeEndpoints, token = digitalOcean(endpoints).token): Promise<number> =>
  fetch(`${digitalOcean(endpoints).apiBase}/v2/account`, {
    headers: { authorization: `Bearer ${token}` },
  }).then(async (reply) => {
    await reply.body?.cancel();
    return reply.status;
  });

describe("practice", () => {
  it("starts once, on loopback, with keys that only the secrets know", async () => {
    const one = practice();
    const [first, second] = await Promise.all([one.start(), one.start()]);
    expect(first).toEqual(second);
    expect(new URL(digitalOcean(first).apiBase).hostname).toBe("127.0.0.1");
    expect(new URL(first.s3.endpoint).hostname).toBe("127.0.0.1");
    expect(await account(first)).toBe(200);
    expect(await account(first, "guess")).toBe(401);
    const onDisk = await readFile(join(data, "practice", "ports.json"), "utf8");
    const { token } = digitalOcean(first);
    expect(onDisk).not.toContain(token);
    expect(await ports.secrets.get("practice/token")).toBe(token);
  });

  it("comes back on the same ports with the same keys", async () => {
    const first = await practice().start();
    await open.pop()?.close();
    await expect(account(first)).rejects.toThrow("fetch failed");
    expect(await practice().start()).toEqual(first);
  });

  it("takes another port when somebody else has the old one, and remembers that", async () => {
    const first = await practice().start();
    await open.pop()?.close();
    const blocker = createServer();
    await new Promise<void>((resolve) =>
      blocker.listen(portOf(digitalOcean(first).apiBase), "127.0.0.1", resolve),
    );
    try {
      const second = await practice().start();
      expect(digitalOcean(second).apiBase).not.toBe(digitalOcean(first).apiBase);
      expect(second.s3.endpoint).toBe(first.s3.endpoint);
      expect(await account(second)).toBe(200);
      await open.pop()?.close();
      expect(await practice().start()).toEqual(second);
    } finally {
      await new Promise((resolve) => blocker.close(resolve));
    }
  });

  it("starts over a damaged note about ports", async () => {
    await practice().start();
    await open.pop()?.close();
    await writeFile(join(data, "practice", "ports.json"), "{half");
    expect(await account(await practice().start())).toBe(200);
  });

  it("is shared with another copy, and taken over when that one is gone", async () => {
    const first = practice();
    const endpoints = await first.start();
    const second = practice();
    expect(await second.start()).toEqual(endpoints);
    await first.close();
    const taken = await second.start();
    expect(await account(taken)).toBe(200);
  });

  it("stops and starts again", async () => {
    const one = practice();
    const endpoints = await one.start();
    await one.close();
    await one.close();
    expect(await one.start()).toEqual(endpoints);
  });
});
