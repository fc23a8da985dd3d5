import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { WriteFileAtomic } from "#providers/emulation/stored-state.ts";
import { fingerprintOf } from "./credentials.ts";

/** What the emulated account knows of its only user. */
export interface EmulatedAccount {
  readonly tenancyId: string;
  readonly userId: string;
  readonly fingerprint: string;
  readonly publicKey: KeyObject;
  /** Accepted as `ST$<token>` beside the API key; such signatures are of the same key. */
  readonly sessionToken: string | null;
}

export const emulatedRegion = "us-ashburn-1";
const tenancyId = "ocid1.tenancy.oc1..practicetenancy";
const userId = "ocid1.user.oc1..practiceuser";

/**
 * The API key of the account: made once and kept in the folder, locked with the account's secret. Answers the
 * account and the fields by which it is opened; they are the same as long as the secret is.
 */
export async function openAccount(place: {
  folder: string;
  writeFileAtomic: WriteFileAtomic;
  secret: string;
  sessionToken: string | null;
}): Promise<{ account: EmulatedAccount; fields: Record<string, string> }> {
  const { secret, sessionToken } = place;
  const path = join(place.folder, "api-key.pem");
  let pem = await readFile(path, "utf8").catch(() => "");
  let key = opened(pem, secret);
  if (key === null) {
    pem = newKey(secret);
    await place.writeFileAtomic(path, pem);
    key = createPrivateKey({ key: pem, passphrase: secret });
  }
  const fingerprint = fingerprintOf(key);
  return {
    account: { tenancyId, userId, fingerprint, publicKey: createPublicKey(key), sessionToken },
    fields: {
      tenancy: tenancyId,
      user: userId,
      fingerprint,
      privateKey: pem,
      passphrase: secret,
      region: emulatedRegion,
    },
  };
}

function opened(pem: string, passphrase: string): KeyObject | null {
  try {
    return createPrivateKey({ key: pem, passphrase });
  } catch {
    return null; // none yet, or of another secret
  }
}

/** An RSA key in PKCS #8, locked with the passphrase. */
export function newKey(passphrase: string): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const lock = { cipher: "aes-256-cbc", passphrase };
  return privateKey.export({ type: "pkcs8", format: "pem", ...lock }).toString();
}
