import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import type { Clock } from "#ports/ports.ts";
import type { Processes } from "#ports/processes.ts";
import type { EmulatorFaults, RequestFault } from "./emulator-faults.ts";
import { importImage } from "./emulator-import.ts";
import { createRateCounter, documentedRateLimit, type RateLimit } from "./emulator-limits.ts";
import { route, type RouteDeps } from "./emulator-routes.ts";
import { listen, notJson, readJson, refuse, sameToken, send, tooLarge } from "./emulator-server.ts";
import {
  EmulatorState,
  type StoredAction,
  type StoredImage,
  type WriteFileAtomic,
} from "./emulator-state.ts";
import { errorReply, type EmulatorReply } from "./emulator-wire.ts";

export interface DigitalOceanEmulatorOptions {
  /** Holds the account: `state.json` and the imported images. */
  readonly folder: string;
  /** 0 or left out: any free port. Rejects with EADDRINUSE when it is taken. */
  readonly port?: number;
  readonly token: string;
  readonly processes: Processes;
  readonly clock: Clock;
  readonly writeFileAtomic: WriteFileAtomic;
  /** Pause between the states of an import. */
  readonly paceMs?: number;
  readonly importTimeoutMs?: number;
  readonly fetchFrom?: "loopback" | "anywhere";
  readonly rateLimit?: RateLimit;
  /** For tests. */
  readonly faults?: EmulatorFaults;
  /** For tests: told every exchange as it went over the wire. */
  readonly onExchange?: (exchange: EmulatorExchange) => void;
}

export interface EmulatorExchange {
  readonly method: string;
  readonly url: URL;
  readonly requestBody: unknown;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly responseBody: unknown;
}

export interface DigitalOceanEmulator {
  /** `http://127.0.0.1:<port>`. */
  readonly apiBase: string;
  /** What was imported under this id, and where its bytes lie. */
  imported(imageId: number): { path: string; sha256: string; fileBytes: number } | null;
  /** Stops answering; imports under way begin again with the next start over the same folder. */
  close(): Promise<void>;
}

/** Starts the practice account on loopback. */
export async function startDigitalOceanEmulator(
  options: DigitalOceanEmulatorOptions,
): Promise<DigitalOceanEmulator> {
  const { clock, faults = {}, paceMs = 800 } = options;
  const state = await EmulatorState.open(options.folder, options.writeFileAtomic);
  const countRequest = createRateCounter(options.rateLimit ?? documentedRateLimit, Date.now);
  const work = createBackgroundWork();
  const deps: RouteDeps = {
    state,
    clock,
    startImport: (image: StoredImage) =>
      work.start(image.id, (signal) =>
        importImage(
          image,
          {
            state,
            processes: options.processes,
            clock,
            rules: { from: options.fetchFrom ?? "loopback" },
            paceMs,
            timeoutMs: options.importTimeoutMs ?? 3_600_000,
            faults,
          },
          signal,
        ),
      ),
    stopImport: (imageId) => work.stop(imageId),
    startTransfer: (action: StoredAction) =>
      work.start(action.id, async (signal) => {
        await clock.sleep(paceMs, signal);
        state.find(action.imageId)?.regions.push(action.region);
        action.status = "completed";
        action.completedAt = clock.nowIso();
        await state.save();
      }),
  };

  const answer = async (
    request: IncomingMessage,
    url: URL,
    fault: RequestFault | null,
  ): Promise<EmulatorReply> => {
    const { headers, refused } = countRequest();
    const body = await readJson(request);
    const reply =
      fault?.kind === "refuse" ? refuse(fault) : (refused ?? (await authorised(request, url, body)));
    const complete = { ...reply, headers: { ...headers, ...reply.headers } };
    options.onExchange?.({
      method: request.method ?? "",
      url,
      requestBody: body,
      status: reply.status,
      headers: complete.headers,
      responseBody: reply.body,
    });
    return complete;
  };
  const authorised = async (request: IncomingMessage, url: URL, body: unknown): Promise<EmulatorReply> => {
    if (!sameToken(request.headers.authorization, options.token)) {
      return errorReply(401, "Unable to authenticate you");
    }
    if (body === tooLarge) return errorReply(413, "The request is too large.");
    if (body === notJson) return errorReply(400, "The request body is not JSON.");
    return route({ method: request.method ?? "", url, body }, deps);
  };

  // loaded here because it brings the whole of undici along, which no command needs to start
  const { createServer } = await import("node:http");
  const server = createServer((request, response) => {
    const url = URL.parse(request.url ?? "/", apiBase) ?? new URL(apiBase);
    const fault = faults.request?.({ method: request.method ?? "", path: url.pathname }) ?? null;
    if (fault?.kind === "hang") return;
    answer(request, url, fault)
      .catch(() => errorReply(500, "Unexpected server-side error"))
      .then((reply) => send(response, reply, fault))
      .catch(() => response.destroy());
  });
  const port = await listen(server, options.port ?? 0);
  const apiBase = `http://127.0.0.1:${port}`;
  for (const image of state.images)
    if (image.status === "NEW" || image.status === "pending") deps.startImport(image);
  for (const action of state.actions) if (action.status === "in-progress") deps.startTransfer(action);

  return {
    apiBase,
    imported(imageId) {
      const content = state.find(imageId)?.content ?? null;
      if (content === null) return null;
      return {
        path: join(state.folderOf(imageId), content.file),
        sha256: content.sha256,
        fileBytes: content.fileBytes,
      };
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await work.stopAll();
    },
  };
}

/** Imports and transfers under way, by the id of what they work on. */
function createBackgroundWork() {
  const running = new Map<number, { abort: AbortController; done: Promise<void> }>();
  const stop = async (id: number): Promise<void> => {
    const entry = running.get(id);
    entry?.abort.abort();
    await entry?.done;
  };
  return {
    stop,
    start(id: number, run: (signal: AbortSignal) => Promise<void>): void {
      const abort = new AbortController();
      // An aborted sleep rejects; there is nobody to tell, the state on disk says what is unfinished.
      const done = run(abort.signal)
        .catch(() => {})
        .finally(() => running.delete(id));
      running.set(id, { abort, done });
    },
    stopAll: async (): Promise<void> => {
      await Promise.all([...running.keys()].map(stop));
    },
  };
}
