import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "#ports/ports.ts";
import type { Processes } from "#ports/processes.ts";
import type { EmulatorFaults, RequestFault } from "./emulator-faults.ts";
import type { StoredImage } from "./emulator-state.ts";
import {
  startDigitalOceanEmulator,
  type DigitalOceanEmulator,
  type DigitalOceanEmulatorOptions,
} from "./emulator.ts";
import { createJudge, documentIsHere, type SeenExchange } from "./official-document.ts";
import { tinyQcow2 } from "./tiny-qcow2.ts";

/** For tests: time as it is, but no pause longer than a few milliseconds. */
export const hastyClock: Clock = {
  nowIso: () => new Date().toISOString(),
  nowMs: () => performance.now(),
  sleep: (durationMs, signal) =>
    delay(Math.min(durationMs, 3), undefined, signal === undefined ? {} : { signal }),
};

export interface EmulatorHarness {
  readonly folder: string;
  readonly emulator: DigitalOceanEmulator;
  readonly exchanges: readonly SeenExchange[];
  readonly faults: EmulatorFaults & { queue: (RequestFault | null)[] };
  /** What went over the wire and is not as the official document says; empty also where it is absent. */
  problems(): string[];
  /** On the same port; `meanwhile` runs while it is down. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  /** Replaces the account's content by so many available images. */
  fill(count: number): Promise<void>;
  close(): Promise<void>;
}

export const testToken = "canary-do-token-0a1b2c3d4e5f";

/** Starts an emulator in a temporary folder whose traffic is recorded. */
export async function startHarness(
  deps: { processes: Processes } & Pick<DigitalOceanEmulatorOptions, "writeFileAtomic">,
  overrides: Partial<DigitalOceanEmulatorOptions> = {},
): Promise<EmulatorHarness> {
  const folder = await mkdtemp(join(tmpdir(), "goldsmith-do-"));
  const exchanges: SeenExchange[] = [];
  const queue: (RequestFault | null)[] = [];
  const faults = { queue, request: () => queue.shift() ?? null };
  const start = (port = 0): Promise<DigitalOceanEmulator> =>
    startDigitalOceanEmulator({
      folder,
      port,
      token: testToken,
      clock: hastyClock,
      paceMs: 1,
      faults,
      rateLimit: { perHour: 5_000, perMinute: 5_000 },
      onExchange: (exchange) => exchanges.push(exchange),
      ...deps,
      ...overrides,
    });
  let emulator = await start();
  const restart = async (meanwhile = async (): Promise<void> => {}): Promise<void> => {
    const port = Number(new URL(emulator.apiBase).port);
    await emulator.close();
    await meanwhile();
    emulator = await start(port);
  };
  return {
    folder,
    get emulator() {
      return emulator;
    },
    exchanges,
    faults,
    problems() {
      if (!documentIsHere) return [];
      const judge = createJudge();
      return exchanges.flatMap(judge);
    },
    restart,
    async fill(count) {
      const images = Array.from({ length: count }, (_, number) => storedImage(170_000_001 + number));
      const state = { version: 1, nextId: 180_000_000, images, actions: [] };
      await restart(() => deps.writeFileAtomic(join(folder, "state.json"), JSON.stringify(state)));
    },
    async close() {
      await emulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const storedImage = (id: number): StoredImage => ({
  id,
  name: `image-${id}`,
  distribution: "Unknown",
  description: "",
  tags: [],
  regions: ["fra1"],
  status: "available",
  errorMessage: "",
  createdAt: "2026-01-01T00:00:00.000Z",
  url: "http://127.0.0.1/gone",
  content: null,
});

export interface ImageServer {
  readonly url: (name: string) => string;
  readonly seen: string[];
  close(): Promise<void>;
}

/** Serves files from memory. A name in `trouble` misbehaves. */
export async function serveImages(files: Record<string, Uint8Array>): Promise<ImageServer> {
  const seen: string[] = [];
  const server: Server = createServer((request, response) => {
    const name = (request.url ?? "/").slice(1);
    seen.push(`${request.method} ${name}`);
    const bytes = files[name.replace(/^(cut|nohead|redirect|away)-/, "")];
    if (name.startsWith("redirect-")) return response.writeHead(302, { location: `/${name.slice(9)}` }).end();
    if (name.startsWith("away-")) return response.writeHead(302, { location: "file:///etc/passwd" }).end();
    if (name.startsWith("nohead-") && request.method === "HEAD") return response.writeHead(403).end();
    if (bytes === undefined) return response.writeHead(404).end();
    response.writeHead(200, { "content-length": bytes.length });
    if (request.method === "HEAD") return response.end();
    if (!name.startsWith("cut-")) return response.end(bytes);
    response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
    return response;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (name) => `http://127.0.0.1:${port}/${name}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const goodImage = (): Buffer => tinyQcow2(2 * 2 ** 30, Buffer.from("guest data ".repeat(9_000)));
