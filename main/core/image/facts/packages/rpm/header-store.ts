import { identify, parseRpmHeader, usualBytes, type RpmIdentity } from "./header.ts";

/** A form of the rpm database. */
export interface HeaderStore {
  readonly form: "sqlite" | "ndb" | "bdb";
  readonly installedCount: number;
  versionOf(name: string): Promise<string | null>;
}

/** The first bytes of one header in the database. */
export type ReadHeader = (lengthBytes: number) => Promise<Buffer>;

const atOnce = 64;
/** A database in which more headers than this cannot be told by their beginning was made to cost time. */
const maxLongReads = 50;

/** A store without an index: asks each header for its name, once. Headers in the order they were installed. */
export function createScannedStore(form: HeaderStore["form"], headers: readonly ReadHeader[]): HeaderStore {
  let versions: Promise<Map<string, string>> | null = null;
  const scan = async (): Promise<Map<string, string>> => {
    const found = new Map<string, string>();
    let longReads = 0;
    const identityOf = async (read: ReadHeader): Promise<RpmIdentity | null> =>
      parseRpmHeader(await read(usualBytes)) ?? (longReads++ < maxLongReads ? identify(read) : null);
    for (let at = 0; at < headers.length; at += atOnce) {
      const identities = await Promise.all(headers.slice(at, at + atOnce).map(identityOf));
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
