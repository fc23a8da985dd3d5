import { z } from "zod";
import { readJson, writeJson } from "#core/library/json-file.ts";

const SecretsFileSchema = z.object({
  version: z.literal(1),
  /** Values that rest here because there is no keychain. */
  values: z.record(z.string(), z.string()),
  /** Names whose values rest in the keychain: without them "no keychain today" would look like "never set". */
  inKeychain: z.array(z.string()),
});
export type SecretsContent = z.infer<typeof SecretsFileSchema>;

/** `config/secrets.json`, mode 0600, replaced atomically. One change at a time. */
export class SecretsFile {
  readonly #path: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  async read(): Promise<SecretsContent> {
    return (await readJson(this.#path, SecretsFileSchema)) ?? { version: 1, values: {}, inKeychain: [] };
  }

  /** Another process may have written since: the file is read again for every change. */
  change(edit: (content: SecretsContent) => SecretsContent): Promise<void> {
    const next = this.#last.then(async () => {
      const before = await this.read();
      const after = edit(before);
      if (JSON.stringify(after) !== JSON.stringify(before)) await writeJson(this.#path, after, 0o600);
    });
    this.#last = next.catch(() => {});
    return next;
  }
}
