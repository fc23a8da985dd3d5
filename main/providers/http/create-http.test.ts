import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import type { Clock } from "#ports/ports.ts";
import { createHttp, type HttpOptions } from "./create-http.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const token = "canary-token-1f2e3d4c5b6a";
let answers: Answer[];
let asked: IncomingMessage[];
let slept: number[];
let baseUrl: string;
let close: () => Promise<void>;

beforeEach(async () => {
  [answers, asked, slept] = [[], [], []];
  const server = createServer((request, response) => {
    asked.push(request);
    const answer = answers.shift();
    if (answer === undefined) json(200, { ok: true })(request, response);
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
});
afterEach(() => close());

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  };
const cut: Answer = (_, response) => {
  response.writeHead(200, { "content-length": "1000" });
  response.write("{", () => response.destroy());
};

const clock: Clock = {
  nowIso: () => "2026-01-01T00:00:00.000Z",
  nowMs: () => 0,
  sleep: async (durationMs) => void slept.push(durationMs),
};
const OkSchema = z.object({ ok: z.literal(true) });

const http = (options: Partial<HttpOptions> = {}) =>
  createHttp({
    service: "Cloud",
    baseUrl,
    headers: async () => ({ authorization: `Bearer ${token}` }),
    secrets: [token],
    messageOf: (body) => z.object({ message: z.string() }).safeParse(body).data?.message ?? null,
    clock,
    ...options,
  });

const call = async (
  method: "GET" | "POST",
  options: Partial<HttpOptions> = {},
  signal = new AbortController().signal,
) => {
  const { body } = await http(options)({
    method,
    path: "/v2/things",
    ...(method === "POST" ? { body: { a: 1 } } : {}),
    reply: OkSchema,
    signal,
  });
  return body;
};
const failure = async (work: Promise<unknown>): Promise<AppError> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("It was expected to fail");
};

describe("http wrapper", () => {
  it.each([
    [401, "unauthorized", "never", "no"],
    [402, "quota-exceeded", "never", "no"],
    [403, "unauthorized", "never", "no"],
    [404, "not-found", "never", "no"],
    [409, "provider-refused", "later", "no"],
    [418, "provider-refused", "never", "no"],
    [422, "provider-refused", "never", "no"],
    [429, "rate-limited", "later", "no"],
    [500, "provider-error", "later", "unknown"],
    [503, "provider-error", "later", "unknown"],
  ])("maps %i to %s", async (status, code, retry, processed) => {
    answers = Array.from({ length: 4 }, () => json(status, { message: `said ${token} for ${status}` }));
    const error = await failure(call("POST"));
    expect(error).toMatchObject({ code, retry, details: { status, processed } });
    expect(error.message).toContain(`said *** for ${status}`);
    expect(JSON.stringify(error.toWire())).not.toContain(token);
  });

  it("keeps the pause that a 429 asks for, and then succeeds, also for a POST", async () => {
    answers = [json(429, { message: "slow" }, { "retry-after": "7" })];
    expect(await call("POST")).toEqual({ ok: true });
    expect(slept).toEqual([7_000]);
  });

  it("hands a long pause to the caller with the time when it ends", async () => {
    const reset = Date.parse("2026-01-01T00:40:00Z") / 1000;
    answers = [json(429, { message: "slow" }, { "ratelimit-reset": String(reset) })];
    const error = await failure(call("GET"));
    expect(error.details).toMatchObject({ retryAfterMs: 2_400_000, resetAt: "2026-01-01T00:40:00.000Z" });
    expect(error.hint).toContain("2026-01-01T00:40:00.000Z");
    expect(asked).toHaveLength(1);
  });

  it("tries a GET four times with growing pauses, a POST once when nobody knows what it did", async () => {
    answers = Array.from({ length: 9 }, () => json(500, { message: "oops" }));
    await failure(call("GET"));
    expect(asked).toHaveLength(4);
    expect(slept).toHaveLength(3);
    expect(slept[2]).toBeGreaterThan((slept[0] ?? 0) * 3);
    asked = [];
    await failure(call("POST"));
    expect(asked).toHaveLength(1);
  });

  it("reads again after an answer that was cut off, but does not send a POST twice", async () => {
    answers = [cut];
    expect(await call("GET")).toEqual({ ok: true });
    answers = [cut];
    expect(await failure(call("POST"))).toMatchObject({ code: "network", details: { processed: "unknown" } });
    expect(asked).toHaveLength(3);
  });

  it("does not take the credentials along a redirect", async () => {
    answers = [(_, response) => response.writeHead(302, { location: `${baseUrl}/elsewhere` }).end()];
    expect(await failure(call("GET"))).toMatchObject({ code: "protocol", retry: "never" });
    expect(asked).toHaveLength(1);
  });

  it("sends nothing to another origin that a link names", async () => {
    const request = { method: "GET" as const, reply: OkSchema, signal: new AbortController().signal };
    const error = await failure(http()({ ...request, path: "http://127.0.0.1:9/v2/things?page=2" }));
    expect(error.code).toBe("protocol");
    expect(await http()({ ...request, path: `${baseUrl}/v2/things?page=2` })).toMatchObject({
      body: { ok: true },
    });
    expect(asked.map(({ url }) => url)).toEqual(["/v2/things?page=2"]);
  });

  it("stops reading an answer that is too large", async () => {
    answers = [json(200, { ok: true, padding: "x".repeat(10_000) })];
    expect((await failure(call("GET", { maxReplyBytes: 5_000 }))).code).toBe("protocol");
  });

  it.each([
    ["an unknown shape", json(200, { ok: "yes" }), "ok"],
    ["no JSON", ((_, response) => response.end("<html>")) as Answer, "not JSON"],
  ])("refuses an answer of %s", async (_, answer, words) => {
    answers = [answer, answer, answer, answer];
    const error = await failure(call("GET"));
    expect(error).toMatchObject({ code: "protocol" });
    expect(error.message).toContain(words);
  });

  it("gives up after its time limit and says so", async () => {
    answers = [() => {}];
    expect(await failure(call("POST", { timeoutMs: 50 }))).toMatchObject({
      code: "timeout",
      details: { processed: "unknown" },
    });
  });

  it("is cancelled by the caller while it waits", async () => {
    const abort = new AbortController();
    answers = [() => abort.abort()];
    expect((await failure(call("GET", {}, abort.signal))).code).toBe("cancelled");
  });

  it("knows that a request to a closed port was not processed", async () => {
    await close();
    const error = await failure(call("POST"));
    expect(error).toMatchObject({ code: "network", details: { processed: "no", code: "ECONNREFUSED" } });
    expect(slept).toHaveLength(3);
  });

  it("never shows a token that cannot be sent", async () => {
    const bad = `${token}\u2028more`;
    const error = await failure(call("GET", { headers: async () => ({ authorization: `Bearer ${bad}` }) }));
    expect(error.code).toBe("unauthorized");
    expect(JSON.stringify([error.toWire(), String(error.cause)])).not.toContain(token);
  });

  it("frees a message of control characters", async () => {
    answers = [json(422, { message: "a\u001b[2Jb\u202ec" })];
    expect((await failure(call("POST"))).message).toBe("Cloud refused the request: a [2Jb c");
  });
});
