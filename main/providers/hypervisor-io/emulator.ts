import { createHash } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { createBackgroundWork } from "#providers/emulation/background-work.ts";
import type { Emulator, EmulatorOptions } from "#providers/emulation/emulator.ts";
import {
  sameText,
  startJsonServer,
  type EmulatorReply,
  type EmulatorRequest,
} from "#providers/emulation/json-server.ts";
import { createOperator } from "./emulator-operator.ts";
import type { RouteDeps } from "./emulator-route-deps.ts";
import { adminRoute, userRoute } from "./emulator-routes.ts";
import { operatorStorage } from "./operator-storage.ts";
import { openState, type StoredStock } from "./emulator-state.ts";
import { errorReply, notFound } from "./emulator-wire.ts";

/** The operator comes by so much less often than the states of an image change. */
const operatorPaces = 3;

export interface HypervisorIoEmulator extends Emulator {
  /** The operator registers after a while what lies there. */
  readonly storageFolder: string;
  /** Registers a file of the storage at once. */
  register(fileName: string): Promise<StoredStock>;
}

/** Starts a practice panel on loopback, with an operator. */
export async function startHypervisorIoEmulator(options: EmulatorOptions): Promise<HypervisorIoEmulator> {
  const { folder, secret, clock, faults = {}, paceMs = 800, onExchange } = options;
  const state = await openState(options);
  const storageFolder = operatorStorage(folder);
  await mkdir(storageFolder, { recursive: true });
  const operator = createOperator(state, storageFolder);
  const work = createBackgroundWork();
  const deps: RouteDeps = {
    state,
    clock,
    storageFiles: () => readdir(storageFolder),
    startCapture: (image) =>
      work.start(image.id, async (signal) => {
        const fault = faults.import?.({ id: image.id, name: image.name }) ?? null;
        await clock.sleep(paceMs, signal);
        if (fault?.kind === "stuck") return;
        image.status = fault === null ? "available" : fault.kind === "odd-status" ? fault.status : "error";
        await state.save();
      }),
    startTask: (task) =>
      work.start(task.id, async (signal) => {
        const instance = state.data.instances.find(({ id }) => id === task.instanceId);
        for (const [status, progress] of [
          ["running", 50],
          ["completed", 100],
        ] as const) {
          await clock.sleep(paceMs, signal);
          Object.assign(task, { status, progress });
          if (status === "completed" && instance !== undefined) instance.status = "running";
          await state.save();
        }
      }),
  };
  const fields = { token: tokenOf(secret, "user"), adminToken: tokenOf(secret, "admin") };

  const authorised = (request: EmulatorRequest): EmulatorReply | Promise<EmulatorReply> => {
    const [api, ...path] = request.url.pathname.split("/").filter((part) => part !== "");
    if (api !== "api") return notFound("Route");
    const given = request.headers.authorization;
    if (path[0] !== "v1") {
      if (!sameText(given, `Bearer ${fields.token}`)) return errorReply(401, "Unauthenticated.");
      return userRoute(request, path, deps);
    }
    if (given === undefined) return errorReply(403, "No token was given.");
    if (!sameText(given, `Bearer ${fields.adminToken}`)) return errorReply(401, "Unauthorized");
    return adminRoute(request, path.slice(1), deps);
  };
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
  for (const image of state.data.images) if (image.status === "creating") deps.startCapture(image);
  for (const task of state.data.tasks) if (task.progress < 100) deps.startTask(task);
  work.start("operator", async (signal) => {
    for (;;) {
      // What cannot be looked at now can be the next time.
      await operator.look().catch(() => {});
      await clock.sleep(paceMs * operatorPaces, signal);
    }
  });

  return {
    apiBase: server.apiBase,
    fields,
    storageFolder,
    register: (fileName) => operator.register(fileName),
    imported(id) {
      const stock = state.data.stock.find((each) => each.id === id);
      if (stock === undefined) return null;
      const { fileName, sha256, sizeBytes } = stock;
      return { path: join(storageFolder, fileName), sha256, fileBytes: sizeBytes };
    },
    async close() {
      await server.close();
      await work.stopAll();
    },
  };
}

const tokenOf = (secret: string, surface: string): string =>
  createHash("sha256").update(`hypervisor-io ${surface} ${secret}`).digest("hex");
