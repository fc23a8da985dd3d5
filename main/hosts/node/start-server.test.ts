import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { Handlers } from "#core/handlers.ts";
import { createClient } from "#rpc/client.ts";
import { maxClientFrameBytes } from "#rpc/flow-limits.ts";
import { createSocketChannel } from "./socket-channel.ts";
import { startServer, type RunningServer } from "./start-server.ts";

let folder = "";
let server: RunningServer;
const handlers = {
  "machines.start": ({ machineId }: { machineId: string }) => Promise.resolve({ echoed: machineId }),
  "console.read": async function* () {
    yield new TextEncoder().encode("hello");
  },
} as unknown as Handlers;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "goldsmith-serve-"));
  await mkdir(join(folder, "window", "assets"), { recursive: true });
  await writeFile(join(folder, "window", "index.html"), "<p>the window</p>");
  await writeFile(join(folder, "window", "assets", "app-abc.js"), "export {};");
  await writeFile(join(folder, "secret.txt"), "secret");
  await symlink(join(folder, "secret.txt"), join(folder, "window", "link.txt"));
  server = await startServer(
    { handlers },
    { port: 0, dataDirectory: folder, windowFolder: join(folder, "window") },
  );
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** node:http and not fetch, because fetch would not let a test lie in Host, Origin and Content-Length. */
function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
) {
  return new Promise<Answer>((resolve, reject) => {
    const { method = "GET", headers = {}, body } = options;
    const request = httpRequest(
      { host: "127.0.0.1", port: server.port, path, method, headers },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        );
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

const tokenPath = (): string => new URL(server.url).pathname + new URL(server.url).search;

async function signIn(): Promise<string> {
  const answer = await ask(tokenPath());
  return (answer.headers["set-cookie"]?.[0] ?? "").split(";")[0] ?? "";
}

const origin = (): string => `http://127.0.0.1:${server.port}`;

describe("signing in", () => {
  it("exchanges the token once for a cookie that scripts and other sites cannot use", async () => {
    const first = await ask(tokenPath());
    expect(first.status).toBe(200);
    expect(first.headers["set-cookie"]?.[0]).toMatch(
      /^goldsmith-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(first.body).toContain('http-equiv="refresh" content="0;url=/"');
    const second = await ask(tokenPath());
    expect(second.status).toBe(401);
    expect(second.headers["set-cookie"]).toBeUndefined();
  });

  it("lets nobody see the window without it, and says what to do", async () => {
    const none = await ask("/");
    expect(none.status).toBe(401);
    expect(none.body).toContain("goldsmith serve");
    expect((await ask("/?token=wrong")).status).toBe(401);
    expect(
      (await ask("/assets/app-abc.js", { headers: { cookie: `goldsmith-${server.port}=x` } })).status,
    ).toBe(401);
    expect((await ask("/", { headers: { cookie: await signIn() } })).body).toBe("<p>the window</p>");
  });

  it("does not spend the token on a request that came by another host name", async () => {
    expect((await ask(tokenPath(), { headers: { host: "evil.example" } })).status).toBe(421);
    expect((await ask(tokenPath())).status).toBe(200);
  });
});

describe("the window's files", () => {
  it("come with a policy and the right type", async () => {
    const cookie = await signIn();
    const page = await ask("/", { headers: { cookie } });
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'; script-src 'self';");
    expect(page.headers["x-content-type-options"]).toBe("nosniff");
    expect(page.headers["cache-control"]).toBe("no-store");
    const script = await ask("/assets/app-abc.js", { headers: { cookie } });
    expect(script.headers["content-type"]).toBe("text/javascript; charset=utf-8");
    expect(script.headers["cache-control"]).toContain("immutable");
  });

  it.each([
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/assets/..%2f..%2fsecret.txt",
    "/link.txt",
    "/%00",
    "/%zz",
    "/..\\secret.txt",
    "/nothing.js",
    "//secret.txt",
  ])("never leave the folder: %s", async (path) => {
    const answer = await ask(path, { headers: { cookie: await signIn() } });
    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain("secret");
  });
});

describe("requests of other sites", () => {
  it("are refused by Host and by Origin, loopback names and tunnels are not", async () => {
    const cookie = await signIn();
    const status = async (headers: Record<string, string>) =>
      (await ask("/", { headers: { cookie, ...headers } })).status;
    expect(await status({ host: "evil.example" })).toBe(421);
    expect(await status({ host: `127.0.0.1.evil.example:${server.port}` })).toBe(421);
    expect(await status({ host: "user@127.0.0.1" })).toBe(421);
    expect(await status({ origin: "https://evil.example" })).toBe(403);
    expect(await status({ origin: "http://127.0.0.1:1" })).toBe(403);
    expect(await status({ origin: "null" })).toBe(403);
    expect(await status({ host: "localhost:9999" })).toBe(200);
  });

  it("may not upload, also without an Origin", async () => {
    const cookie = await signIn();
    const put = (headers: Record<string, string>) =>
      ask("/upload?name=a.iso", { method: "PUT", headers: { cookie, ...headers }, body: "x" });
    expect((await put({})).status).toBe(403);
    expect((await put({ origin: "http://evil.example" })).status).toBe(403);
    expect((await put({ origin: origin() })).status).toBe(201);
  });
});

describe("the socket", () => {
  const open = (headers: Record<string, string>, path = "/rpc"): WebSocket =>
    new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers });
  const outcome = (socket: WebSocket): Promise<number> =>
    new Promise((resolve, reject) => {
      socket.on("open", () => resolve(101));
      socket.on("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
      socket.on("error", reject);
    });

  it("carries calls and bytes", async () => {
    const socket = open({ cookie: await signIn(), origin: origin() });
    expect(await outcome(socket)).toBe(101);
    const client = createClient(createSocketChannel(socket));
    expect(await client.call("machines.start", { machineId: "m7" })).toEqual({ echoed: "m7" });
    let text = "";
    for await (const piece of client.bytes("console.read", { machineId: "m" }))
      text += new TextDecoder().decode(piece);
    expect(text).toBe("hello");
    socket.terminate();
  });

  it("is opened for nobody else", async () => {
    const cookie = await signIn();
    expect(await outcome(open({ origin: origin() }))).toBe(401);
    expect(await outcome(open({ cookie: `goldsmith-${server.port}=guess`, origin: origin() }))).toBe(401);
    expect(await outcome(open({ cookie }))).toBe(403);
    expect(await outcome(open({ cookie, origin: "http://evil.example" }))).toBe(403);
    expect(await outcome(open({ cookie, origin: "http://evil.example", host: "evil.example" }))).toBe(421);
    expect(await outcome(open({ cookie, origin: origin() }, "/other"))).toBe(404);
  });

  it("is cut when it sends too much, and another goes on", async () => {
    const headers = { cookie: await signIn(), origin: origin() };
    const [greedy, other] = [open(headers), open(headers)];
    expect([await outcome(greedy), await outcome(other)]).toEqual([101, 101]);
    const cut = new Promise((resolve) => greedy.once("close", resolve));
    greedy.send("x".repeat(maxClientFrameBytes + 1));
    expect(await cut).toBe(1009);
    const client = createClient(createSocketChannel(other));
    expect(await client.call("machines.start", { machineId: "m" })).toEqual({ echoed: "m" });
    other.terminate();
  });
});

describe("uploads", () => {
  const put = async (name: string, body: string, headers: Record<string, string> = {}) =>
    ask(`/upload?name=${encodeURIComponent(name)}`, {
      method: "PUT",
      headers: { cookie: await signIn(), origin: origin(), ...headers },
      body,
    });

  it("arrive under a safe name in a folder of their own", async () => {
    const answer = await put("../../etc/debian 12.iso", "some bytes");
    expect(answer.status).toBe(201);
    const { path, sizeBytes } = JSON.parse(answer.body) as { path: string; sizeBytes: number };
    expect(path).toMatch(new RegExp(`^${folder}/uploads/[\\w-]+/debian 12\\.iso$`));
    expect(sizeBytes).toBe(10);
    expect(await readFile(path, "utf8")).toBe("some bytes");
  });

  it("are refused before a byte is written when the disk has no room", async () => {
    const cookie = await signIn();
    const status = await new Promise<number>((resolve, reject) => {
      const request = httpRequest({
        host: "127.0.0.1",
        port: server.port,
        path: "/upload?name=a.iso",
        method: "PUT",
        headers: { cookie, origin: origin(), "content-length": String(2 ** 52) },
      });
      request.on("response", (response) => (resolve(response.statusCode ?? 0), request.destroy()));
      request.on("error", reject);
      request.flushHeaders();
    });
    expect(status).toBe(507);
    expect(await readdir(join(folder, "uploads"))).toEqual([]);
  });

  it("must declare their size", async () => {
    const answer = await put("a.iso", "x", { "transfer-encoding": "chunked" });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ code: "bad-input" });
  });

  it("leave nothing when the sender stops", async () => {
    const cookie = await signIn();
    const socket = connect(server.port, "127.0.0.1");
    const head = [
      "PUT /upload?name=a.iso HTTP/1.1",
      `Host: 127.0.0.1:${server.port}`,
      `Cookie: ${cookie}`,
      `Origin: ${origin()}`,
      "Content-Length: 1000000",
    ];
    socket.write(`${head.join("\r\n")}\r\n\r\n${"x".repeat(1000)}`);
    const uploads = join(folder, "uploads");
    await expect.poll(() => readdir(uploads).catch(() => [])).toHaveLength(1);
    socket.destroy();
    await expect.poll(() => readdir(uploads)).toEqual([]);
  });

  it("that a killed process left half are removed at the next start, whole ones are kept", async () => {
    await mkdir(join(folder, "uploads", "half"), { recursive: true });
    await writeFile(join(folder, "uploads", "half", ".partial"), "x");
    await mkdir(join(folder, "uploads", "whole"), { recursive: true });
    await writeFile(join(folder, "uploads", "whole", "a.iso"), "x");
    const next = await startServer({ handlers }, { port: 0, dataDirectory: folder, windowFolder: folder });
    expect(await readdir(join(folder, "uploads"))).toEqual(["whole"]);
    await next.close();
  });
});

describe("the port", () => {
  it("is said to be in use, with what to do", async () => {
    const again = startServer(
      { handlers },
      { port: server.port, dataDirectory: folder, windowFolder: folder },
    );
    await expect(again).rejects.toMatchObject({
      code: "port-in-use",
      hint: /--port/,
      details: { port: server.port },
    });
  });
});
