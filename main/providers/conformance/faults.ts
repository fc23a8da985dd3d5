import { expect, it } from "vitest";
import type { RequestFault } from "../emulation/faults.ts";
import { signal, type Session } from "./session.ts";

const oneTry = { tries: 1, firstDelayMs: 1, longestDelayMs: 1 };

/** After none of these does a client know whether its request took effect. */
export const broken: readonly RequestFault[] = [
  { kind: "refuse", status: 500 },
  { kind: "cut-body" },
  { kind: "lose-reply" },
];

/** What goes wrong on the way, for every adapter. */
export function faultTests(session: Session): void {
  it("gets over one 429, one 500, one cut, one lost and one slow answer when it reads", async () => {
    const { client, harness, onlyImage } = session;
    const { providerImageId } = await onlyImage();
    const passing: readonly RequestFault[] = [
      { kind: "refuse", status: 429, retryAfterSeconds: 1 },
      ...broken,
      { kind: "slow", delayMs: 50 },
    ];
    for (const fault of passing) {
      harness.inject([fault]);
      await client.testCredentials(signal());
      harness.inject([fault]);
      expect(await client.listImages(signal())).toHaveLength(1);
      harness.inject([fault]);
      expect((await client.getImage(providerImageId, signal())).state).toBe("available");
    }
  });

  it.each([
    [401, "unauthorized"],
    [402, "quota-exceeded"],
    [403, "unauthorized"],
    [409, "provider-refused"],
  ])("says what %i means", async (status, code) => {
    const { harness, codeOf } = session;
    const impatient = harness.client({ retry: oneTry });
    await impatient.testCredentials(signal());
    // Twice: an adapter whose token was refused may fetch a new one and ask again.
    harness.inject([
      { kind: "refuse", status },
      { kind: "refuse", status },
    ]);
    expect(await codeOf(impatient.listImages(signal()))).toBe(code);
  });

  it("tells when it may ask again instead of waiting for an hour", async () => {
    const { client, harness, failureOf } = session;
    await client.testCredentials(signal());
    harness.inject([{ kind: "refuse", status: 429, retryAfterSeconds: 3_600 }]);
    const failure = await failureOf(client.listImages(signal()));
    expect(failure).toMatchObject({ code: "rate-limited", retry: "later" });
    const inMs = Date.parse(String(failure.details["resetAt"])) - Date.now();
    expect(inMs).toBeGreaterThan(3_500_000);
    expect(inMs).toBeLessThan(3_700_000);
  });

  it("lists 250 images once each, also when a page fails in between", async () => {
    const { client, harness } = session;
    await harness.fill(250);
    await client.testCredentials(signal());
    harness.inject([null, { kind: "refuse", status: 500 }, { kind: "cut-body" }]);
    const ids = (await client.listImages(signal())).map((image) => image.providerImageId);
    expect(new Set(ids).size).toBe(250);
    expect(ids).toHaveLength(250);
  });

  it("ends at once when it is cancelled, before and in the middle of a call", async () => {
    const { client, harness, codeOf } = session;
    const abort = new AbortController();
    abort.abort();
    expect(await codeOf(client.listImages(abort.signal))).toBe("cancelled");
    expect(await codeOf(client.getImage(harness.strangeId, abort.signal))).toBe("cancelled");
    await client.testCredentials(signal());
    harness.inject([{ kind: "hang" }]);
    const startedMs = performance.now();
    expect(await codeOf(client.listImages(AbortSignal.timeout(30)))).toBe("cancelled");
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });

  it("does not wait for ever", async () => {
    const { harness, codeOf } = session;
    const impatient = harness.client({ timeoutMs: 1_000, retry: oneTry });
    await impatient.testCredentials(signal());
    harness.inject([{ kind: "hang" }]);
    expect(await codeOf(impatient.listImages(signal()))).toBe("timeout");
  });

  it("knows what is not there, and refuses an id that is none without asking", async () => {
    const { client, harness, codeOf } = session;
    expect(await codeOf(client.getImage(harness.strangeId, signal()))).toBe("not-found");
    await client.deleteImage?.(harness.strangeId, signal());
    const asked = harness.exchanges().length;
    for (const id of ["../account", "", "1?x=y", "a b"]) {
      expect(await codeOf(client.getImage(id, signal()))).toBe("bad-input");
      if (client.deleteImage !== null)
        expect(await codeOf(client.deleteImage(id, signal()))).toBe("bad-input");
    }
    expect(harness.exchanges()).toHaveLength(asked);
  });
}
