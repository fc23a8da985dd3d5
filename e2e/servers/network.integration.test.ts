import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPracticeS3 } from "#staging/practice/practice-s3.ts";
import { startConnectProxy, type ConnectProxy } from "./connect-proxy.ts";
import { startTlsFront, type TlsFront } from "./tls-front.ts";

const execute = promisify(execFile);
/** A name that is kept for tests (RFC 6761): no name server answers for it. */
const name = "storage.goldsmith.test";
const keys = { accessKeyId: "PRACTICE", secretAccessKey: "practice-secret" };
const password = "canary-of-the-proxy";

let folder: string;
let storage: Awaited<ReturnType<typeof startPracticeS3>>;
let front: TlsFront;
let proxy: ConnectProxy;
let closed: ConnectProxy;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "goldsmith-network-"));
  storage = await startPracticeS3({ folder: join(folder, "s3"), ...keys, buckets: ["images"] });
  front = await startTlsFront(folder, name, Number(new URL(storage.endpoint).port));
  proxy = await startConnectProxy();
  closed = await startConnectProxy({ refuse: "407 Proxy Authentication Required" });
});
afterAll(async () => {
  for (const server of [closed, proxy, front, storage]) await server?.close();
  await rm(folder, { recursive: true, force: true });
});

interface Outcome {
  problems: string[];
  storage: unknown;
  provider: unknown;
  plain: unknown;
}

async function askFrom(env: Record<string, string>): Promise<Outcome> {
  const place = { endpoint: `https://${name}:${front.port}`, region: "us-east-1", bucket: "images", ...keys };
  const { PATH = "", HOME = "" } = process.env;
  const { stdout } = await execute(process.execPath, [join(import.meta.dirname, "network-child.ts")], {
    env: {
      PATH,
      HOME,
      GOLDSMITH_TEST_PLACE: JSON.stringify({ ...place, publicUrlTemplate: null }),
      GOLDSMITH_TEST_PLAIN: storage.endpoint,
      ...env,
    },
  });
  expect(stdout).not.toContain(password);
  return JSON.parse(stdout) as Outcome;
}

/** The practice store refuses a request without keys: proof enough that it was reached. */
const reached = expect.objectContaining({ details: expect.objectContaining({ status: expect.any(Number) }) });

describe("a host's network", () => {
  it.each(["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"])(
    "goes through the proxy and trusts what %s names, in providers and storages alike",
    async (variable) => {
      const before = proxy.asked.length;
      const url = new URL(proxy.url);
      [url.username, url.password] = ["me", password];
      const outcome = await askFrom({
        HTTPS_PROXY: url.href,
        HTTP_PROXY: url.href,
        [variable]: front.authorityPath,
      });
      expect(outcome).toEqual({ problems: [], storage: "ok", provider: reached, plain: reached });
      const asked = new Set(proxy.asked.slice(before));
      expect(asked).toEqual(new Set([`${name}:${front.port}`])); // and never this computer itself
    },
  );

  it("says that an authority is unknown, and what to do", async () => {
    const outcome = await askFrom({ https_proxy: proxy.url });
    for (const error of [outcome.storage, outcome.provider]) {
      expect(error).toMatchObject({
        code: "network",
        message: expect.stringContaining("issuer is not trusted"),
        hint: expect.stringContaining("NODE_EXTRA_CA_CERTS"),
      });
    }
  });

  it("says that the proxy wants a password", async () => {
    const outcome = await askFrom({ ALL_PROXY: closed.url });
    expect(outcome.plain).toEqual(reached);
    for (const error of [outcome.storage, outcome.provider]) {
      expect(error).toMatchObject({
        code: "network",
        message: expect.stringContaining("the proxy refuses to connect (407)"),
        hint: expect.stringContaining("password"),
      });
    }
    expect(closed.asked.length).toBeGreaterThanOrEqual(2);
  });

  it("tells what it cannot use, and goes on without", async () => {
    const damaged = join(folder, "damaged.pem");
    await writeFile(damaged, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    const outcome = await askFrom({
      ALL_PROXY: `socks5://me:${password}@127.0.0.1:1`,
      SSL_CERT_FILE: damaged,
      NODE_EXTRA_CA_CERTS: join(folder, "none.pem"),
    });
    expect(outcome.problems).toEqual([
      expect.stringContaining("socks5"),
      expect.stringContaining("cannot be read"),
      expect.stringContaining("damaged"),
    ]);
    expect(outcome.plain).toEqual(reached);
  });
});
