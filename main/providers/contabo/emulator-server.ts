import { join } from "node:path";
import { createBackgroundWork, sleepSince } from "#providers/emulation/background-work.ts";
import type { Emulator, EmulatorOptions } from "#providers/emulation/emulator.ts";
import {
  startJsonServer,
  type EmulatorReply,
  type EmulatorRequest,
} from "#providers/emulation/json-server.ts";
import { documentedIntake, importImage, probe } from "./emulator-import.ts";
import type { RouteDeps } from "./emulator-route-deps.ts";
import { route } from "./emulator-routes.ts";
import { EmulatorState } from "./emulator-state.ts";
import { createTokens, credentialsOf, usualLifetimes, type TokenLifetimes } from "./emulator-tokens.ts";
import { errorReply } from "./emulator-wire.ts";
import type { Platform } from "./platform.ts";

export interface PlatformEmulatorOptions extends EmulatorOptions {
  readonly lifetimes?: TokenLifetimes;
}

const tenant = { tenantId: "INT", customerId: "3f184ab8-a600-4e7c-8c9b-3413e21a3752" };

/** Starts an emulator of either platform on loopback: its API and, on the same port, its token server. */
export async function startPlatformEmulator(
  platform: Platform,
  options: PlatformEmulatorOptions,
): Promise<Emulator> {
  const { clock, processes, faults = {}, paceMs = 800 } = options;
  const { manifest } = platform;
  const first = { region: manifest.defaultRegion ?? "", productId: platform.products[0]?.id ?? "" };
  const state = await EmulatorState.open(options, first);
  const work = createBackgroundWork();
  const rules = {
    ...documentedIntake,
    from: options.fetchFrom ?? "loopback",
    timeoutMs: options.importTimeoutMs ?? 3_600_000,
  };
  const deps: RouteDeps = {
    platform,
    state,
    tenant,
    clock,
    probe: (url) => probe(url, rules),
    startImport: (image) =>
      work.start(image.imageId, (signal) => {
        const fault = faults.import?.({ id: image.imageId, name: image.name }) ?? null;
        return importImage(image, { state, processes, clock, rules, paceMs, fault }, signal);
      }),
    stopImport: (imageId) => work.stop(imageId),
    startInstall: (instance) =>
      work.start(String(instance.instanceId), async (signal) => {
        await sleepSince(instance.installedAt, paceMs, clock, signal);
        instance.status = "running";
        await state.save();
      }),
  };
  const credentials = credentialsOf(options.secret);
  const tokenPath = new URL(platform.tokenUrl).pathname;
  const tokens = createTokens(credentials, {
    ...tenant,
    issuer: platform.tokenUrl.replace(/\/protocol\/.*/, ""),
    lifetimes: options.lifetimes ?? usualLifetimes,
  });

  const authorised = async (request: EmulatorRequest): Promise<EmulatorReply> => {
    if (request.url.pathname === tokenPath) return tokens.grant(request);
    if (!tokens.allows(request.headers.authorization)) return errorReply(401, "Unauthorized");
    return route(request, deps);
  };
  const { onExchange } = options;
  const server = await startJsonServer({
    port: options.port ?? 0,
    faults,
    onExchange,
    answer: async (request, refusal) => {
      if (refusal === null) return authorised(request);
      const { status, message, retryAfterSeconds } = refusal;
      const headers = retryAfterSeconds === null ? {} : { "retry-after": String(retryAfterSeconds) };
      return { ...errorReply(status, message), headers };
    },
  });
  for (const image of state.images)
    if (image.status === "Pending" || image.status === "Downloading") deps.startImport(image);
  for (const instance of state.instances) if (instance.status !== "running") deps.startInstall(instance);

  const { clientId, clientSecret, username, password } = credentials;
  return {
    apiBase: server.apiBase,
    fields: { clientId, clientSecret, username, password, tokenUrl: `${server.apiBase}${tokenPath}` },
    imported(id) {
      const content = state.find(id)?.content ?? null;
      if (content === null) return null;
      const { file, sha256, fileBytes } = content;
      return { path: join(state.folderOf(id), file), sha256, fileBytes };
    },
    async close() {
      await server.close();
      await work.stopAll();
    },
  };
}
