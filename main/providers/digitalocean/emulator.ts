import { join } from "node:path";
import { createBackgroundWork, sleepSince } from "#providers/emulation/background-work.ts";
import type { Emulator, EmulatorOptions } from "#providers/emulation/emulator.ts";
import {
  sameText,
  startJsonServer,
  type EmulatorReply,
  type EmulatorRequest,
  type Refusal,
} from "#providers/emulation/json-server.ts";
import { documentedIntake, importImage } from "./emulator-import.ts";
import { createRateCounter, documentedRateLimit, type RateLimit } from "./emulator-limits.ts";
import type { RouteDeps } from "./emulator-route-deps.ts";
import { route } from "./emulator-routes.ts";
import { EmulatorState } from "./emulator-state.ts";
import { errorReply } from "./emulator-wire.ts";

export interface DigitalOceanEmulatorOptions extends EmulatorOptions {
  readonly rateLimit?: RateLimit;
}

/** Starts the practice account on loopback. Its token is the secret itself. */
export async function startDigitalOceanEmulator(options: DigitalOceanEmulatorOptions): Promise<Emulator> {
  const { clock, processes, faults = {}, paceMs = 800, secret } = options;
  const state = await EmulatorState.open(options);
  const countRequest = createRateCounter(options.rateLimit ?? documentedRateLimit, Date.now);
  const work = createBackgroundWork();
  const rules = {
    ...documentedIntake,
    from: options.fetchFrom ?? "loopback",
    timeoutMs: options.importTimeoutMs ?? 3_600_000,
  };
  const deps: RouteDeps = {
    state,
    clock,
    startImport: (image) =>
      work.start(String(image.id), (signal) => {
        const fault = faults.import?.({ id: String(image.id), name: image.name }) ?? null;
        return importImage(image, { state, processes, clock, rules, paceMs, fault }, signal);
      }),
    stopImport: (imageId) => work.stop(String(imageId)),
    startTransfer: (action) =>
      work.start(String(action.id), async (signal) => {
        await sleepSince(action.startedAt, paceMs, clock, signal);
        state.find(action.imageId)?.regions.push(action.region);
        action.status = "completed";
        action.completedAt = clock.nowIso();
        await state.save();
      }),
    startDroplet: (droplet) =>
      work.start(String(droplet.id), async (signal) => {
        await sleepSince(droplet.createdAt, paceMs, clock, signal);
        droplet.status = "active";
        await state.save();
      }),
  };

  const answer = async (request: EmulatorRequest, refusal: Refusal | null): Promise<EmulatorReply> => {
    const { method, url } = request;
    const { headers, refused } = countRequest(method === "GET" && url.pathname === "/v2/account/keys");
    const reply = refusal === null ? (refused ?? (await authorised(request))) : injected(refusal);
    return { ...reply, headers: { ...headers, ...reply.headers } };
  };
  const authorised = async (request: EmulatorRequest): Promise<EmulatorReply> =>
    sameText(request.headers.authorization, `Bearer ${secret}`)
      ? route(request, deps)
      : errorReply(401, "Unable to authenticate you");

  const { onExchange } = options;
  const server = await startJsonServer({ port: options.port ?? 0, faults, answer, onExchange });
  for (const image of state.images)
    if (image.status === "NEW" || image.status === "pending") deps.startImport(image);
  for (const action of state.actions) if (action.status === "in-progress") deps.startTransfer(action);
  for (const droplet of state.droplets) if (droplet.status === "new") deps.startDroplet(droplet);

  return {
    apiBase: server.apiBase,
    fields: { token: secret },
    imported(id) {
      const content = state.find(Number(id))?.content ?? null;
      if (content === null) return null;
      const { file, sha256, fileBytes } = content;
      return { path: join(state.folderOf(Number(id)), file), sha256, fileBytes };
    },
    async close() {
      await server.close();
      await work.stopAll();
    },
  };
}

function injected({ status, message, retryAfterSeconds }: Refusal): EmulatorReply {
  if (status !== 429) return errorReply(status, message);
  return errorReply(status, message, {
    ...(retryAfterSeconds === null ? {} : { "retry-after": String(retryAfterSeconds) }),
    "ratelimit-remaining": "0",
    "ratelimit-reset": String(Math.ceil(Date.now() / 1000) + (retryAfterSeconds ?? 3_600)),
  });
}
