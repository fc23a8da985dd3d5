import { randomBytes } from "node:crypto";
import type { Secrets } from "#ports/ports.ts";

export interface PracticeKeys {
  token: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** Random per installation, so that no other program on this machine can guess them; kept with the secrets. */
export async function practiceKeys(secrets: Secrets): Promise<PracticeKeys> {
  const keep = async (name: string, make: () => string): Promise<string> => {
    const kept = await secrets.get(name);
    if (kept !== null) return kept;
    const made = make();
    await secrets.set(name, made);
    return made;
  };
  return {
    token: await keep("practice/token", () => `practice_${randomBytes(32).toString("hex")}`),
    accessKeyId: await keep(
      "practice/s3-access-key-id",
      () => `PRACTICE${randomBytes(6).toString("hex").toUpperCase()}`,
    ),
    secretAccessKey: await keep("practice/s3-secret", () => randomBytes(30).toString("base64url")),
  };
}
