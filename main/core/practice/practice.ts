import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "#core/lib/app-error.ts";
import { acquireLock } from "#core/library/owner-lock.ts";
import type { ProviderId } from "#contract/finding.ts";
import type { Ports } from "#ports/ports.ts";
import { operatorStorage } from "#providers/hypervisor-io/operator-storage.ts";
import type { ProviderAccess } from "#providers/provider.ts";
import { keepFields, keptFields, practiceKeys, type PracticeKeys } from "./practice-keys.ts";
import { readPorts, startServers, type PracticePorts } from "./practice-servers.ts";

export interface PracticeEndpoints {
  /** One account at each provider that has an emulator. */
  accounts: Partial<Record<ProviderId, ProviderAccess>>;
  s3: { endpoint: string; region: string; bucket: string; accessKeyId: string; secretAccessKey: string };
  /** Stands for the storage of a panel's operator. */
  operatorFolder: string;
}

export interface Practice {
  /** Starts the emulators if they do not run yet. Ask again before every use: ports may have changed. */
  start(): Promise<PracticeEndpoints>;
  close(): Promise<void>;
}

interface Served {
  readonly endpoints: PracticeEndpoints;
  close(): Promise<void>;
}

export const practiceBucket = "practice-staging";
const region = "us-east-1";
/** How long another copy of the app may take to come up. */
const otherCopyMs = 5_000;

/**
 * The practice accounts: an emulator of every provider and an S3 store, on loopback, in this process. One copy of
 * the app serves them; another copy over the same data uses that one's.
 */
export function createPractice(deps: { ports: Ports; paceMs?: number }): Practice {
  const { ports, paceMs } = deps;
  const folder = join(ports.directories.data, "practice");
  let starting: Promise<Served | null> | null = null;

  /** null: another living copy serves. */
  async function serve(): Promise<Served | null> {
    await mkdir(operatorFolder(folder), { recursive: true });
    let release: () => Promise<void>;
    try {
      release = await acquireLock(join(folder, "owner.json"), ports.processes);
    } catch (error) {
      if (AppError.from(error).code === "already-exists") return null;
      throw error;
    }
    try {
      // Made under the lock, so that two copies that start at once do not each make their own.
      const keys = await practiceKeys(ports.secrets);
      const servers = await startServers({ ports, folder, keys, bucket: practiceBucket, paceMs });
      const close = async (): Promise<void> => {
        await servers.close();
        await release();
      };
      await keepFields(ports.secrets, servers.fields);
      return { endpoints: endpoints(folder, servers.numbers, keys, servers.fields), close };
    } catch (error) {
      await release();
      throw error;
    }
  }

  async function ofOtherCopy(numbers: PracticePorts): Promise<PracticeEndpoints> {
    const providers = Object.keys(numbers.apis) as ProviderId[];
    const fields = providers.map(async (each) => [each, await keptFields(ports.secrets, each)] as const);
    const known = Object.fromEntries(await Promise.all(fields));
    return endpoints(folder, numbers, await practiceKeys(ports.secrets), known);
  }

  return {
    async start() {
      const deadlineMs = ports.clock.nowMs() + otherCopyMs;
      for (;;) {
        const attempt = (starting ??= serve());
        const own = await attempt.catch((error: unknown) => {
          starting = null;
          throw error;
        });
        if (own !== null) return own.endpoints;
        starting = null; // the other copy may be gone the next time
        const other = await readPorts(folder);
        if (other !== null && (await listens(other))) return ofOtherCopy(other);
        if (ports.clock.nowMs() > deadlineMs) {
          throw new AppError(
            "already-exists",
            "Another copy of Goldsmith has the practice account, but it does not answer",
            {
              hint: "Close the other copy, then retry.",
              retry: "later",
            },
          );
        }
        await ports.clock.sleep(100);
      }
    },
    async close() {
      const servers = await starting?.catch(() => null);
      starting = null;
      await servers?.close();
    },
  };
}

const endpoints = (
  folder: string,
  numbers: PracticePorts,
  keys: PracticeKeys,
  fields: Partial<Record<ProviderId, ProviderAccess["fields"]>>,
): PracticeEndpoints => ({
  accounts: Object.fromEntries(
    Object.entries(numbers.apis).map(([provider, port]) => [
      provider,
      { apiBase: `http://127.0.0.1:${port}`, fields: fields[provider as ProviderId] ?? {} },
    ]),
  ),
  s3: {
    endpoint: `http://127.0.0.1:${numbers.s3}`,
    region,
    bucket: practiceBucket,
    accessKeyId: keys.accessKeyId,
    secretAccessKey: keys.secretAccessKey,
  },
  operatorFolder: operatorFolder(folder),
});

/** The practice panel's operator looks there for what was handed over. */
const operatorFolder = (folder: string): string => operatorStorage(join(folder, "hypervisor-io"));

/** Whether all servers answer at all; 401 and 403 are answers. */
async function listens(numbers: PracticePorts): Promise<boolean> {
  const asked = [...Object.values(numbers.apis), numbers.s3].map((port) =>
    fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(2_000), redirect: "manual" }).then(
      async (reply) => {
        await reply.body?.cancel();
        return true;
      },
      () => false,
    ),
  );
  return (await Promise.all(asked)).every(Boolean);
}
