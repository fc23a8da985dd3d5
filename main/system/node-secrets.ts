import { AppError } from "#core/lib/app-error.ts";
import type { Secrets } from "#ports/ports.ts";
import type { Keychain } from "./keychain.ts";
import type { Redactor } from "./redactor.ts";
import type { SecretsFile } from "./secrets-file.ts";

interface Place {
  readonly file: SecretsFile;
  readonly path: string;
  readonly redactor: Redactor;
}

/** In the keychain; a value that was kept in the file while there was no keychain moves over when it is read. */
export function keychainSecrets(keychain: Keychain, place: Place): Secrets {
  const { file, redactor } = place;
  const set = async (name: string, value: string): Promise<void> => {
    redactor.register(value);
    await keychain.set(name, value);
    await file.change((content) => ({
      ...content,
      values: without(content.values, name),
      inKeychain: [...content.inKeychain.filter((other) => other !== name), name],
    }));
  };
  return {
    kind: "os-keychain",
    detail: "Secrets rest in the keychain of the operating system.",
    async get(name) {
      const kept = (await file.read()).values[name];
      if (kept !== undefined) await set(name, kept);
      const value = kept ?? (await keychain.get(name));
      if (value !== null) redactor.register(value);
      return value;
    },
    set,
    async remove(name) {
      await keychain.remove(name);
      await file.change((content) => forget(content, name));
    },
  };
}

/** In a file that only this user can read. `reason` says why there is no keychain. */
export function fileSecrets(reason: string, place: Place): Secrets {
  const { file, path, redactor } = place;
  return {
    kind: "file",
    detail: `Secrets rest in ${path} (readable by this user only), because ${reason}.`,
    async get(name) {
      const content = await file.read();
      const value = content.values[name] ?? null;
      if (value === null && content.inKeychain.includes(name)) {
        throw new AppError("permission-denied", `A secret rests in the system's keychain, but ${reason}`, {
          hint: "Start Goldsmith inside your desktop session, or connect the account again.",
        });
      }
      if (value !== null) redactor.register(value);
      return value;
    },
    async set(name, value) {
      redactor.register(value);
      await file.change((content) => ({
        ...forget(content, name),
        values: { ...content.values, [name]: value },
      }));
    },
    remove: (name) => file.change((content) => forget(content, name)),
  };
}

const without = (values: Record<string, string>, name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([key]) => key !== name));

const forget = <C extends { values: Record<string, string>; inKeychain: string[] }>(
  content: C,
  name: string,
): C => ({
  ...content,
  values: without(content.values, name),
  inKeychain: content.inKeychain.filter((other) => other !== name),
});
