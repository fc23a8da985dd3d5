import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { ProviderId } from "#contract/finding.ts";
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

type Fields = Readonly<Record<string, string>>;
const FieldsSchema = z.record(z.string(), z.string());
const fieldsName = (provider: ProviderId): string => `practice/${provider}`;

/** What opens the practice accounts, kept for copies of the app that use another copy's servers. */
export async function keepFields(
  secrets: Secrets,
  fields: Partial<Record<ProviderId, Fields>>,
): Promise<void> {
  for (const [provider, value] of Object.entries(fields)) {
    const name = fieldsName(provider as ProviderId);
    const text = JSON.stringify(value);
    if ((await secrets.get(name)) !== text) await secrets.set(name, text);
  }
}

export async function keptFields(secrets: Secrets, provider: ProviderId): Promise<Fields> {
  const text = await secrets.get(fieldsName(provider));
  return text === null ? {} : FieldsSchema.parse(JSON.parse(text));
}
