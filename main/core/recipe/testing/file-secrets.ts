import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Secrets } from "#ports/ports.ts";

/** Secrets in a file of the test, so that another process finds them. */
export function fileSecrets(path: string): Secrets {
  const read = (): Record<string, string> =>
    existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Record<string, string>) : {};
  return {
    kind: "file",
    detail: path,
    get: async (name) => read()[name] ?? null,
    set: async (name, value) => writeFileSync(path, JSON.stringify({ ...read(), [name]: value })),
    remove: async (name) => {
      const { [name]: _, ...rest } = read();
      writeFileSync(path, JSON.stringify(rest));
    },
  };
}
