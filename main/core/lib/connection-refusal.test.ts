import { describe, expect, it } from "vitest";
import { connectionRefusal } from "./connection-refusal.ts";

const coded = (code: string, message = "x", cause?: unknown): Error =>
  Object.assign(new Error(message, { cause }), { code });

describe("connectionRefusal", () => {
  it.each([
    [coded("SELF_SIGNED_CERT_IN_CHAIN"), "certificate", "issuer is not trusted"],
    [new TypeError("fetch failed", { cause: coded("CERT_HAS_EXPIRED") }), "certificate", "has expired"],
    [coded("ERR_TLS_CERT_ALTNAME_INVALID"), "certificate", "another name"],
    [
      coded(
        "ERR_PROXY_TUNNEL",
        "Failed to establish tunnel to a:443 via http://me:canary@p: HTTP/1.1 403 Forbidden",
      ),
      "proxy",
      "(403)",
    ],
    [
      new TypeError("fetch failed", {
        cause: new Error("cancelled", {
          cause: coded("UND_ERR_ABORTED", "Proxy response (407) !== 200 when …"),
        }),
      }),
      "proxy",
      "(407)",
    ],
  ])("finds the reason in %s", (error, by, words) => {
    const refusal = connectionRefusal(error);
    expect(refusal).toMatchObject({ by, words: expect.stringContaining(words) });
    expect(refusal?.hint).not.toBe("");
    expect(JSON.stringify(refusal)).not.toContain("canary");
  });

  it.each([[coded("ECONNRESET")], [new Error("x")], [null], ["CERT_HAS_EXPIRED"]])(
    "has nothing to say of %s",
    (error) => {
      expect(connectionRefusal(error)).toBeNull();
    },
  );

  it("is not led in a circle", () => {
    const error = new Error("x");
    error.cause = error;
    expect(connectionRefusal(error)).toBeNull();
  });
});
