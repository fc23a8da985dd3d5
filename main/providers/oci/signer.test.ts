import { createHash, createVerify, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { AppError } from "#core/lib/app-error.ts";
import { fingerprintOf, readCredentials } from "./credentials.ts";
import { clockWords, createSigner, type SignedRequest } from "./signer.ts";

const canary = "canary-passphrase-0a9b8c7d";
const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
const publicPem = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
const plainPem = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const oldPem = pair.privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const lockedPem = pair.privateKey
  .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: canary })
  .toString();
const fingerprint = fingerprintOf(pair.privateKey);
const fields = {
  tenancy: "ocid1.tenancy.oc1..aaaa",
  user: "ocid1.user.oc1..bbbb",
  fingerprint,
  privateKey: plainPem,
};
const nowIso = (): string => "2026-05-04T03:02:01.000Z";
const signer = (more: Record<string, string> = {}) =>
  createSigner(readCredentials({ ...fields, ...more }), { nowIso });

/**
 * Section 2 of draft-cavage-http-signatures-08, written from the receiver's side and without a look at the
 * signer: takes the Authorization header apart, builds the signing string of what came over the wire, verifies.
 */
function verifyByDraft(wire: { method: string; target: string; headers: Record<string, string> }): {
  right: boolean;
  covered: string[];
  keyId: string;
} {
  const header = wire.headers["authorization"] ?? "";
  const parameter = (name: string): string => new RegExp(`[ ,]${name}="([^"]+)"`).exec(header)?.[1] ?? "";
  const covered = parameter("headers").split(" ");
  const signingString = covered
    .map((name) => {
      if (name === "(request-target)") return `(request-target): ${wire.method.toLowerCase()} ${wire.target}`;
      const value = wire.headers[name];
      if (value === undefined) throw new Error(`${name} is signed but was not sent`);
      return `${name}: ${value.trim()}`;
    })
    .join("\n");
  const verify = createVerify("RSA-SHA256").update(signingString, "ascii");
  return {
    right: verify.verify(publicPem, parameter("signature"), "base64"),
    covered,
    keyId: parameter("keyId"),
  };
}
const onTheWire = (request: SignedRequest, headers: Record<string, string>) => ({
  method: request.method,
  target: request.url.href.slice(request.url.origin.length),
  headers: { ...headers, host: request.url.host },
});

describe("signatures", () => {
  const url = new URL(
    "https://iaas.eu-frankfurt-1.oraclecloud.com/20160918/images?compartmentId=a%2Fb&limit=1",
  );

  it.each(["GET", "DELETE", "HEAD"])("covers date, target and host of a %s", (method) => {
    const request = { method, url, body: null };
    const headers = signer().sign(request);
    const { right, covered, keyId } = verifyByDraft(onTheWire(request, headers));
    expect({ right, covered }).toEqual({ right: true, covered: ["x-date", "(request-target)", "host"] });
    expect(keyId).toBe(`ocid1.tenancy.oc1..aaaa/ocid1.user.oc1..bbbb/${fingerprint}`);
    expect(headers["x-date"]).toBe("Mon, 04 May 2026 03:02:01 GMT");
    expect(headers["authorization"]).toMatch(/^Signature version="1",keyId=/);
  });

  it.each([
    ["POST", '{"name":"ü"}'],
    ["PUT", "{}"],
    ["POST", null],
  ])("covers the body of a %s of %s too", (method, body) => {
    const request = { method, url, body };
    const headers = signer().sign(request);
    const { right, covered } = verifyByDraft(onTheWire(request, headers));
    expect(right).toBe(true);
    expect(covered.slice(3)).toEqual(["content-type", "content-length", "x-content-sha256"]);
    const bytes = Buffer.from(body ?? "");
    expect(headers).toMatchObject({
      "content-length": String(bytes.length),
      "x-content-sha256": createHash("sha256").update(bytes).digest("base64"),
    });
  });

  it("leaves the content of an object out, as the official SDK does", () => {
    const request = { method: "PUT", url, body: null, unsignedBody: true };
    const { right, covered } = verifyByDraft(onTheWire(request, signer().sign(request)));
    expect({ right, covered }).toEqual({ right: true, covered: ["x-date", "(request-target)", "host"] });
  });

  it("is void when anything that it covers is changed", () => {
    const request = { method: "POST", url, body: "{}" };
    const wire = onTheWire(request, signer().sign(request));
    const changed = [
      { ...wire, target: `${wire.target}&page=2` },
      { ...wire, method: "PUT" },
      ...["x-date", "host", "content-type", "content-length", "x-content-sha256"].map((name) => ({
        ...wire,
        headers: { ...wire.headers, [name]: `${wire.headers[name as keyof typeof wire.headers]}0` },
      })),
    ];
    expect(changed.map((each) => verifyByDraft(each).right)).toEqual(changed.map(() => false));
  });

  it("names a session by its token", () => {
    const request = { method: "GET", url, body: null };
    const headers = signer({ securityToken: "eyJ.session\n", user: "", fingerprint: "" }).sign(request);
    expect(verifyByDraft(onTheWire(request, headers))).toMatchObject({
      right: true,
      keyId: "ST$eyJ.session",
    });
  });
});

describe("the clock", () => {
  it("is corrected by the server's when they differ by more than five minutes, once", () => {
    const own = signer();
    const request = { method: "GET", url: new URL("https://h/"), body: null };
    expect(own.correctClock("Mon, 04 May 2026 03:06:59 GMT")).toBeNull();
    expect(own.correctClock(null)).toBeNull();
    expect(own.correctClock("tomorrow")).toBeNull();
    expect(own.correctClock("Mon, 04 May 2026 03:32:01 GMT")).toBe(30 * 60_000);
    expect(own.sign(request)["x-date"]).toBe("Mon, 04 May 2026 03:32:01 GMT");
    expect(own.correctClock("Mon, 04 May 2026 03:32:02 GMT")).toBeNull();
  });

  it("is told in words", () => {
    expect([clockWords(30 * 60_000), clockWords(-26 * 3_600_000)]).toEqual([
      "This computer's clock is 30 minutes behind.",
      "This computer's clock is 26 hours ahead.",
    ]);
  });
});

describe("credentials", () => {
  it.each([
    ["PKCS #8", { privateKey: plainPem }],
    ["PKCS #1", { privateKey: oldPem }],
    ["locked", { privateKey: lockedPem, passphrase: canary }],
    ["with the console's label below", { privateKey: `${plainPem}OCI_API_KEY\n` }],
    ["with a fingerprint in capitals", { fingerprint: fingerprint.toUpperCase() }],
    ["without a fingerprint", { fingerprint: "" }],
  ])("are read: %s", (_, more) => {
    expect(readCredentials({ ...fields, ...more }).keyId).toContain(fingerprint);
  });

  it.each([
    ["no key", { privateKey: "ssh-rsa AAAA" }, "not a PEM"],
    ["a public key", { privateKey: publicPem }, "not a PEM"],
    ["half a key", { privateKey: plainPem.replace(/\n.{64}\n/, "\n") }, "cannot be read"],
    ["a key without its passphrase", { privateKey: lockedPem }, "encrypted"],
    ["a wrong passphrase", { privateKey: lockedPem, passphrase: `${canary}!` }, "passphrase does not open"],
    ["another key's fingerprint", { fingerprint: "aa:bb" }, "has the fingerprint"],
    ["a wrong tenancy", { tenancy: "ocid1.user.oc1..bbbb" }, "not the OCID of a tenancy"],
    ["no user", { user: "" }, "user OCID is missing"],
    ["another kind of key", { privateKey: ecPem() }, "type ec"],
  ])("are refused in words that hold no secret: %s", (_, more, words) => {
    let thrown: unknown;
    try {
      readCredentials({ ...fields, ...more });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(AppError);
    const error = thrown as AppError;
    expect([error.code, error.message]).toEqual(["bad-input", expect.stringContaining(words)]);
    const shown = JSON.stringify([error.toWire(), error.stack, String(error.cause)]);
    for (const secret of [
      canary,
      ...plainPem.split("\n").slice(1, 5),
      ...lockedPem.split("\n").slice(1, 5),
    ]) {
      expect(shown).not.toContain(secret);
    }
  });
});

function ecPem(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
