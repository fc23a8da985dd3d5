import type { z } from "zod";
import type { LaunchedSchema, LaunchOptions } from "#contract/remote-image.ts";
import { AppError } from "#core/lib/app-error.ts";
import { cleanText } from "#providers/http/clean-text.ts";
import type { LaunchInstance } from "#providers/provider.ts";
import {
  CreatedInstanceReplySchema,
  DeployReplySchema,
  KeySchema,
  LocationSchema,
  PlanGroupSchema,
  PlanSchema,
  TaskReplySchema,
  type CreateInstanceBody,
  type DeployBody,
  type WireTask,
} from "./api.ts";
import { instanceName, listInstances } from "./instances.ts";
import { listAll, type Panel } from "./panel-http.ts";
import { pathId } from "./path-id.ts";

/** Plans are told by location and group; more than this many groups are not asked for. */
const mostPlanGroups = 24;

/** What an instance can be made of: a new one by plan and location, or one that is there. */
export async function launchOptions(panel: Panel, signal: AbortSignal): Promise<LaunchOptions> {
  const instances = await listInstances(panel, signal);
  const keys = await listAll(panel, "/api/ssh-keys", KeySchema, signal);
  const locations = await listAll(panel, "/api/cloud-service/locations", LocationSchema, signal);
  return {
    modes: ["create", "reinstall"],
    regions: locations.map(({ name }) => cleanText(name)),
    sizes: await plansOf(panel, locations, signal),
    keys: keys.map(({ id, name }) => ({ id, name: cleanText(name) })),
    instances: instances.map((instance) => ({
      id: instance.id,
      name: instanceName(instance),
      status: cleanText(instance.status ?? ""),
    })),
    networks: [],
    zones: [],
    keyOptional: true,
  };
}

type Location = z.infer<typeof LocationSchema>;

/** The vendor's client for the catalogue names these two addresses. Rows carry no price. */
async function plansOf(
  panel: Panel,
  locations: readonly Location[],
  signal: AbortSignal,
): Promise<LaunchOptions["sizes"]> {
  const sizes = new Map<string, string>();
  let asked = 0;
  for (const location of locations) {
    const at = `/api/cloud-service/location/${pathId(location.id)}`;
    for (const group of await listAll(panel, `${at}/plan-groups`, PlanGroupSchema, signal)) {
      if (++asked > mostPlanGroups) break;
      const plans = await listAll(panel, `${at}/plan-group/${pathId(group.id)}/plans`, PlanSchema, signal);
      for (const { id, name, cpu_cores, ram, storage } of plans) {
        const parts = [`${cpu_cores ?? "?"} cores`, `RAM ${ram ?? "?"}`, `disk ${storage ?? "?"}`];
        const where = cleanText(location.display_name ?? location.name);
        sizes.set(id, `${cleanText(name)} (${parts.join(", ")}) in ${where}`);
      }
    }
  }
  return [...sizes].map(([id, text]) => ({ id, text }));
}

/**
 * Two steps: an instance is recorded, then the image is deployed to it, which replaces what is on its disk.
 * Resolves when the panel has taken the task; `taskOf` follows it.
 */
export async function launch(
  panel: Panel,
  imageId: string,
  request: LaunchInstance,
  signal: AbortSignal,
): Promise<z.infer<typeof LaunchedSchema>> {
  const instanceId =
    request.mode === "create" ? await createInstance(panel, request, signal) : request.instanceId;
  if (instanceId === null) throw refused("Choose the instance that is to be installed anew");
  const body: DeployBody = {
    image_id: pathId(imageId),
    ...(request.mode === "create" ? { hostname: request.name } : {}),
    ...(request.keyIds.length === 0 ? {} : { ssh_keys: [...request.keyIds] }),
    ...(request.userData === "" ? {} : { cloudcfg: request.userData }),
  };
  const deployed = await panel({
    method: "POST",
    path: `/api/instance/${pathId(instanceId)}/deploy`,
    body,
    reply: DeployReplySchema,
    signal,
  }).catch((error: unknown) => {
    throw request.mode === "create" ? leftBehind(AppError.from(error), instanceId) : error;
  });
  const { status } = await taskOf(panel, instanceId, deployed.task_id, signal);
  return { instanceId, status: cleanText(status) };
}

async function createInstance(panel: Panel, request: LaunchInstance, signal: AbortSignal): Promise<string> {
  const { region, size, name } = request;
  if (size === null) throw refused("Choose a plan");
  const locations = await listAll(panel, "/api/cloud-service/locations", LocationSchema, signal);
  const location =
    region === null && locations.length === 1
      ? locations[0]
      : locations.find((each) => each.name === region || each.id === region);
  if (location === undefined)
    throw refused(`Choose a location: ${locations.map((each) => each.name).join(", ")}`);
  const body: CreateInstanceBody = { location_id: location.id, plan_id: size, hostname: name };
  const path = "/api/cloud-service/instances";
  const reply = CreatedInstanceReplySchema;
  return (await panel({ method: "POST", path, body, reply, signal })).instance.id;
}

/** How a deployment stands: `completed` and `failed` end it. */
export async function taskOf(
  panel: Panel,
  instanceId: string,
  taskId: string,
  signal: AbortSignal,
): Promise<WireTask> {
  const path = `/api/instance/${pathId(instanceId)}/task/${pathId(taskId)}`;
  return (await panel({ method: "GET", path, reply: TaskReplySchema, signal })).task;
}

/** The empty instance may cost money, so the user is told of it. */
const leftBehind = (failure: AppError, instanceId: string): AppError =>
  new AppError(
    failure.code,
    `${failure.message} (the new instance ${instanceId} is there, without a system)`,
    {
      hint: "Deploy the image to it again, or delete it in the panel.",
      retry: failure.retry,
      details: { ...failure.details, instanceId },
      cause: failure.cause,
    },
  );

const refused = (message: string): AppError =>
  new AppError("bad-input", message, { details: { processed: "no" } });
