import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";

/** What signs the requests of one account. */
export interface OciCredentials {
  /** `<tenancy>/<user>/<fingerprint>`, or `ST$<token>` for a session. */
  readonly keyId: string;
  readonly privateKey: KeyObject;
  /** When a session is over, in milliseconds since 1970; null: an API key, or a token that does not say. */
  readonly endsAtMs: number | null;
  /** Must not appear in any text. */
  readonly secrets: readonly string[];
}

const bad = (message: string, hint: string): AppError => new AppError("bad-input", message, { hint });

/**
 * From the fields of the connect form. The key is opened and its fingerprint computed here, so that a wrong
 * passphrase or a mistaken pair is told before anything is sent. Throws `bad-input`; no error holds a secret.
 */
export function readCredentials(fields: Readonly<Record<string, string>>): OciCredentials {
  const value = (name: string): string => (fields[name] ?? "").trim();
  // The console appends its own label below the key; only the block itself is the key.
  const pem = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----/.exec(
    value("privateKey"),
  )?.[0];
  if (pem === undefined) {
    throw bad(
      "The private API key is not a PEM file",
      "Give the file that begins with “-----BEGIN PRIVATE KEY-----”, not the public key.",
    );
  }
  const privateKey = openKey(pem, fields["passphrase"] ?? "");
  const secrets = [pem, fields["passphrase"] ?? "", value("securityToken")].filter((text) => text !== "");
  const token = value("securityToken");
  if (token !== "") return { keyId: `ST$${token}`, privateKey, endsAtMs: endOf(token), secrets };
  const computed = fingerprintOf(privateKey);
  const given = value("fingerprint").toLowerCase();
  if (given !== "" && given !== computed) {
    throw bad(
      `The private key has the fingerprint ${computed}, not ${given.slice(0, 100)}`,
      "Key and fingerprint belong to different API keys. Choose the file of this key, or correct the fingerprint.",
    );
  }
  const [tenancy, user] = [ocid(value("tenancy"), "tenancy"), ocid(value("user"), "user")];
  return { keyId: `${tenancy}/${user}/${computed}`, privateKey, endsAtMs: null, secrets };
}

/** `exp` of a JSON Web Token (RFC 7519 4.1.4), read without belief in it: it only chooses words. */
function endOf(token: string): number | null {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    const { exp } = z.object({ exp: z.number() }).parse(payload);
    return exp * 1000;
  } catch {
    return null;
  }
}

/** "Required Keys and OCIDs": MD5 of the public key in DER, in pairs with colons. */
export function fingerprintOf(key: KeyObject): string {
  const der = createPublicKey(key).export({ type: "spki", format: "der" });
  return createHash("md5").update(der).digest("hex").match(/../g)?.join(":") ?? "";
}

/** The OCID as it was given, when it is one of this kind. */
export function ocid(text: string, kind: string): string {
  if (new RegExp(`^ocid1\\.${kind}\\.[a-z0-9.-]{1,20}\\.[A-Za-z0-9_.-]{0,200}$`).test(text)) return text;
  throw bad(
    text === ""
      ? `The ${kind} OCID is missing`
      : `${text.replace(/[^\x20-\x7e]/g, "?").slice(0, 100)} is not the OCID of a ${kind}`,
    `It begins with “ocid1.${kind}.” and can be copied in the console.`,
  );
}

function openKey(pem: string, passphrase: string): KeyObject {
  const encrypted = /ENCRYPTED/.test(pem);
  if (encrypted && passphrase === "") {
    throw bad("The private API key is encrypted", "Give its passphrase too.");
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(encrypted ? { key: pem, passphrase } : pem);
  } catch {
    // The cause is left out: OpenSSL's words do not help, and nothing of the key may travel with an error.
    throw encrypted
      ? bad("The passphrase does not open the private API key", "Type it again; case matters.")
      : bad("The private API key cannot be read", "The file is damaged or cut off. Export it again.");
  }
  if (key.asymmetricKeyType !== "rsa") {
    throw bad(
      `The API key is of type ${key.asymmetricKeyType}`,
      "Oracle Cloud takes RSA keys of 2048 bits or more.",
    );
  }
  return key;
}
