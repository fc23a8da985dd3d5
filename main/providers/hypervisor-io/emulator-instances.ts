import { z } from "zod";
import type { EmulatorReply, EmulatorRequest } from "#providers/emulation/json-server.ts";
import type { RouteDeps } from "./emulator-route-deps.ts";
import { catalogue, newId, type StoredInstance, type StoredTask } from "./emulator-state.ts";
import { done, failed, invalid, notFound, ok, refusedFields, wireInstance } from "./emulator-wire.ts";

const CreateSchema = z.strictObject({
  location_id: z.string(),
  plan_id: z.string(),
  vpc_id: z.string().optional(),
  vpc_subnet_id: z.string().optional(),
  hostname: z.string().min(1).max(255).optional(),
  static_ip_ids: z.array(z.string()).optional(),
});
const DeploySchema = z.strictObject({
  image_id: z.string(),
  ssh_keys: z.array(z.string()).default([]),
  hostname: z.string().optional(),
  timezone: z.string().optional(),
  cloudcfg: z.string().default(""),
});
const IsoSchema = z.union([
  z.strictObject({ iso_id: z.string() }),
  z.strictObject({ iso_url: z.url({ protocol: /^https?$/ }), custom_iso: z.literal(1) }),
]);

/** POST /api/cloud-service/instances: a row only, without a system. */
export async function createInstance(
  { body }: EmulatorRequest,
  { state }: RouteDeps,
): Promise<EmulatorReply> {
  const parsed = CreateSchema.safeParse(body);
  if (!parsed.success) return refusedFields(parsed.error);
  const { location_id, plan_id, hostname = "instance" } = parsed.data;
  if (location_id !== catalogue.location.id) return invalid({ location_id: ["The location is invalid."] });
  if (!catalogue.plans.some(({ id }) => id === plan_id))
    return invalid({ plan_id: ["The plan is invalid."] });
  const instance: StoredInstance = {
    id: newId(),
    hostname,
    status: "new",
    locationId: location_id,
    planId: plan_id,
    imageId: null,
    sshKeys: [],
    cloudcfg: "",
    iso: {},
  };
  state.data.instances.push(instance);
  await state.save();
  return done("Instance created", { instance: wireInstance(instance) });
}

/** `/api/instance/{id}/…`. */
export async function instanceAction(
  request: EmulatorRequest,
  id: string,
  rest: readonly string[],
  deps: RouteDeps,
): Promise<EmulatorReply> {
  const { state } = deps;
  const instance = state.data.instances.find((each) => each.id === id);
  if (instance === undefined) return notFound("Instance");
  const [what, first, second] = rest;
  const { method } = request;
  if (method === "GET" && what === undefined) return ok(wireInstance(instance));
  if (method === "POST" && what === "deploy" && first === undefined) return deploy(request, instance, deps);
  if (method === "GET" && what === "task" && first !== undefined) {
    const task = state.data.tasks.find((each) => each.id === first && each.instanceId === id);
    return task === undefined ? notFound("Task") : ok({ logs: [], task: wireTask(task) });
  }
  if (method === "POST" && what === "iso" && (first === "primary" || first === "secondary")) {
    return iso(request, instance, { device: first, action: second ?? "" }, deps);
  }
  return notFound("Route");
}

const wireTask = ({ id, status, progress }: StoredTask): object => ({ id, name: "deploy", status, progress });

async function deploy(
  { body }: EmulatorRequest,
  instance: StoredInstance,
  deps: RouteDeps,
): Promise<EmulatorReply> {
  const { state } = deps;
  const parsed = DeploySchema.safeParse(body);
  if (!parsed.success) return refusedFields(parsed.error);
  const { image_id, ssh_keys, hostname, cloudcfg } = parsed.data;
  const { images, stock, tasks } = state.data;
  const image = images.find((each) => each.id === image_id);
  if (image === undefined && !stock.some((each) => each.id === image_id)) return failed("Image not found");
  if (image !== undefined && image.status !== "available") return failed("The image is not available");
  if (!ssh_keys.every((key) => key === catalogue.key.id))
    return invalid({ ssh_keys: ["The key is invalid."] });
  Object.assign(instance, {
    imageId: image_id,
    sshKeys: ssh_keys,
    cloudcfg,
    status: "deploying",
    ...(hostname === undefined ? {} : { hostname }),
  });
  const task: StoredTask = {
    id: newId(),
    instanceId: instance.id,
    imageId: image_id,
    status: "pending",
    progress: 0,
  };
  tasks.push(task);
  await state.save();
  deps.startTask(task);
  return done("Deployment has been started", { task_id: task.id });
}

async function iso(
  { body }: EmulatorRequest,
  instance: StoredInstance,
  { device, action }: { device: string; action: string },
  { state }: RouteDeps,
): Promise<EmulatorReply> {
  if (action === "eject") {
    instance.iso[device] = null;
    await state.save();
    return done("ISO ejected");
  }
  if (action !== "insert") return notFound("Route");
  const parsed = IsoSchema.safeParse(body);
  if (!parsed.success) return refusedFields(parsed.error);
  if ("iso_id" in parsed.data) return failed("ISO not found");
  instance.iso[device] = parsed.data.iso_url;
  await state.save();
  return done("ISO inserted");
}
