import { identify, type RpmIdentity } from "./header.ts";

/** A form of the rpm database. */
export interface HeaderStore {
  readonly form: "sqlite" | "ndb" | "bdb";
  readonly installedCount: number;
  versionOf(name: string): Promise<string | null>;
}

/** The first bytes of one header in the database. */
export type ReadHeader = (lengthBytes: number) => Promise<Buffer>;

const atOnce = 64;

/** A store without an index: asks each header for its name, once. Headers in the order they were installed. */
export function createScannedStore(form: HeaderStore["form"], headers: readonly ReadHeader[]): HeaderStore {
  let versions: Promise<Map<string, string>> | null = null;
  const scan = async (): Promise<Map<string, string>> => {
    const found = new Map<string, string>();
    for (let at = 0; at < headers.length; at += atOnce) {
      const identities: (RpmIdentity | null)[] = await Promise.all(
        headers.slice(at, at + atOnce).map(identify),
      );
      for (const identity of identities) if (identity !== null) found.set(identity.name, identity.version);
    }
    return found;
  };
  return {
    form,
    installedCount: headers.length,
    versionOf: async (name) => (await (versions ??= scan())).get(name) ?? null,
  };
}
