import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import { writeFileAtomic } from "#core/library/json-file.ts";
import type { RequestFault } from "#providers/emulation/faults.ts";
import { startJsonServer, type EmulatorReply, type JsonServer } from "#providers/emulation/json-server.ts";
import { hastyClock } from "#providers/emulation/testing/hasty-clock.ts";
import type { RecordedEmulator } from "#providers/emulation/testing/recorded-emulator.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { isTokenRequest, startPlatformHarness } from "./emulator-harness.ts";
import { startContaboEmulator } from "./emulator.ts";
import { platform } from "./manifest.ts";
import { createContabo } from "./provider.ts";
import { createTokenClient } from "./token-client.ts";

const signal = (): AbortSignal => AbortSignal.timeout(10_000);
const FormSchema = z.object({ grant_type: z.string() }).loose();

describe("the token client", () => {
  let server: JsonServer;
  let forms: z.infer<typeof FormSchema>[];
  let fault: RequestFault | null;
  let answer: (form: z.infer<typeof FormSchema>) => EmulatorReply;
  let aheadMs: number;
  const clock = { ...hastyClock, nowMs: () => performance.now() + aheadMs };
  const issued = (name: string): EmulatorReply => ({
    status: 200,
    body: {
      access_token: name,
      expires_in: 300,
      refresh_token: `refresh-${name}`,
      refresh_expires_in: 1_800,
    },
  });
  const client = () =>
    createTokenClient(
      "Contabo",
      {
        tokenUrl: `${server.apiBase}/token`,
        clientId: "id",
        clientSecret: "canary-client-secret",
        username: "me@localhost",
        password: "canary-password&=",
      },
      { clock },
    );

  beforeEach(async () => {
    [forms, fault, aheadMs] = [[], null, 0];
    answer = () => issued(`token-${forms.length}`);
    server = await startJsonServer({
      port: 0,
      faults: { request: () => fault },
      answer: async ({ body }) => {
        const form = FormSchema.parse(body);
        forms.push(form);
        return answer(form);
      },
    });
  });
  afterEach(() => server.close());
  const grants = (): string[] => forms.map((form) => form.grant_type);

  it("asks once for all who wait, with the password, and keeps the token", async () => {
    const tokens = client();
    const given = await Promise.all(Array.from({ length: 10 }, () => tokens.token(signal())));
    expect(new Set([...given, await tokens.token(signal())])).toEqual(new Set(["token-1"]));
    expect(forms).toEqual([
      {
        grant_type: "password",
        client_id: "id",
        client_secret: "canary-client-secret",
        username: "me@localhost",
        password: "canary-password&=",
      },
    ]);
  });

  it("renews before the end by the refresh token, and by the password when that has ended too", async () => {
    const tokens = client();
    await tokens.token(signal());
    aheadMs = 270_000;
    expect(await tokens.token(signal())).toBe("token-1");
    aheadMs = 285_000;
    expect(await tokens.token(signal())).toBe("token-2");
    expect(forms[1]).toMatchObject({ grant_type: "refresh_token", refresh_token: "refresh-token-1" });
    aheadMs += 3 * 3_600_000;
    expect(await tokens.token(signal())).toBe("token-3");
    expect(grants()).toEqual(["password", "refresh_token", "password"]);
  });

  it("takes the password when the session was ended, and does not try it twice when it is wrong", async () => {
    const tokens = client();
    await tokens.token(signal());
    answer = (form) =>
      form.grant_type === "refresh_token"
        ? { status: 400, body: { error: "invalid_grant", error_description: "Token is not active" } }
        : { status: 401, body: { error: "invalid_grant", error_description: "Invalid user credentials" } };
    tokens.drop("token-1");
    const failure = AppError.from(await tokens.token(signal()).catch((error: unknown) => error));
    expect(failure).toMatchObject({ code: "unauthorized", retry: "never" });
    expect(failure.message).toContain("Invalid user credentials");
    expect(grants()).toEqual(["password", "refresh_token", "password"]);
  });

  it("keeps its session when the token server is only in trouble", async () => {
    const tokens = client();
    await tokens.token(signal());
    tokens.drop("token-1");
    fault = { kind: "lose-reply" };
    await expect(tokens.token(signal())).rejects.toMatchObject({ code: "network" });
    fault = null;
    await tokens.token(signal());
    expect(grants()).toEqual(["password", "refresh_token", "refresh_token"]);
  });

  it("does not drop a token that another request has renewed meanwhile", async () => {
    const tokens = client();
    await tokens.token(signal());
    tokens.drop("token-0");
    expect(await tokens.token(signal())).toBe("token-1");
  });

  it("lets one give up waiting without ending it for the others", async () => {
    const tokens = client();
    fault = { kind: "slow", delayMs: 60 };
    const patient = tokens.token(signal());
    await expect(tokens.token(AbortSignal.timeout(10))).rejects.toMatchObject({ code: "cancelled" });
    expect(await patient).toBe("token-1");
    expect(forms).toHaveLength(1);
  });

  it("shows nothing of what it sent and got, also when the answer is cut in the middle", async () => {
    const broken: EmulatorReply = { status: 500, body: { error: "canary-password&=" } };
    for (const reply of [issued("canary-access-token"), broken]) {
      answer = () => reply;
      fault = reply.status === 200 ? { kind: "cut-body" } : null;
      const failure = AppError.from(
        await client()
          .token(signal())
          .catch((error: unknown) => error),
      );
      // The API was not asked: whatever needs the token can be sent again.
      expect(failure.details["processed"]).toBe("no");
      const shown = `${failure.stack} ${JSON.stringify(failure.toWire())} ${JSON.stringify(failure.cause)}`;
      expect(shown).not.toContain("canary");
    }
  });

  it.each(["http://auth.example.invalid/token", "not an address", "ftp://127.0.0.1/token"])(
    "sends no password to %s",
    (tokenUrl) => {
      const credentials = { tokenUrl, clientId: "i", clientSecret: "s", username: "u", password: "p" };
      expect(() => createTokenClient("Contabo", credentials, { clock })).toThrow(AppError);
    },
  );
});

describe("calls with tokens", () => {
  let emulated: RecordedEmulator;
  beforeEach(async () => {
    emulated = await startPlatformHarness(platform, startContaboEmulator, {
      processes: nodeProcesses,
      writeFileAtomic,
    });
  });
  afterEach(async () => {
    await emulated.close();
    expect(emulated.problems()).toEqual([]);
  });
  const client = (fields: Record<string, string> = {}) =>
    createContabo(
      { apiBase: emulated.emulator.apiBase, fields: { ...emulated.emulator.fields, ...fields } },
      { clock: hastyClock },
    );
  const tokenRequests = (): number => emulated.exchanges.filter(isTokenRequest).length;

  it("go on with a new one when the API refuses the old one", async () => {
    const contabo = client();
    await contabo.listImages(signal());
    emulated.queue.push({ kind: "refuse", status: 401 });
    await contabo.listImages(signal());
    expect(tokenRequests()).toBe(2);
    // And not for ever.
    emulated.queue.push({ kind: "refuse", status: 401 }, { kind: "refuse", status: 401 });
    await expect(contabo.listImages(signal())).rejects.toMatchObject({ code: "unauthorized" });
    expect(tokenRequests()).toBe(3);
  });

  it("try wrong credentials once, so that nobody is locked out", async () => {
    for (const wrong of [{ password: "x" }, { clientSecret: "x" }, { username: "x" }, { clientId: "x" }]) {
      const before = tokenRequests();
      await expect(client(wrong).testCredentials(signal())).rejects.toMatchObject({ code: "unauthorized" });
      expect(tokenRequests()).toBe(before + 1);
    }
  });

  it("have an x-request-id of their own for every try", async () => {
    const contabo = client();
    emulated.queue.push(
      { kind: "refuse", status: 500 },
      { kind: "refuse", status: 429, retryAfterSeconds: 1 },
    );
    await contabo.listImages(signal());
    const ids = emulated.exchanges
      .filter((exchange) => !isTokenRequest(exchange))
      .map(({ requestHeaders }) => requestHeaders["x-request-id"]);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(3);
  });

  it("use tokens that are JWTs with the claims that the publishers' tools read", async () => {
    await client().listImages(signal());
    const reply = z
      .object({ access_token: z.string(), refresh_token: z.string() })
      .parse(emulated.exchanges.find(isTokenRequest)?.responseBody);
    const claims = (token: string): unknown =>
      JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    const access = { tenantId: "INT", preferred_username: "practice@localhost", typ: "Bearer" };
    expect(claims(reply.access_token)).toMatchObject(access);
    expect(claims(reply.refresh_token)).toMatchObject({ typ: "Refresh" });
  });

  it("need all fields, and say which one is missing", () => {
    expect(() => client({ clientSecret: " " })).toThrow(/ClientSecret/);
  });
});
