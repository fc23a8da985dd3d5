import { z } from "zod";
import type { EmulatorReply, EmulatorRequest } from "#providers/emulation/json-server.ts";
import { createInstance, instanceAction } from "./emulator-instances.ts";
import type { RouteDeps } from "./emulator-route-deps.ts";
import { catalogue, mostImages, newId, type StoredImage } from "./emulator-state.ts";
import {
  done,
  errorReply,
  notFound,
  ok,
  page,
  refusedFields,
  wireImage,
  wireInstance,
} from "./emulator-wire.ts";

const CaptureSchema = z.strictObject({
  instance_id: z.string(),
  name: z.string().min(1).max(255),
  cloudinit: z.union([z.literal(0), z.literal(1)]).optional(),
  type: z.enum(["linux", "windows", "other"]).optional(),
});

/** Answers one authorised request of the user API; `path` is what follows `/api`. */
export async function userRoute(
  request: EmulatorRequest,
  path: readonly string[],
  deps: RouteDeps,
): Promise<EmulatorReply> {
  const { state } = deps;
  const { images, instances, stock } = state.data;
  const { method, url } = request;
  const [room, first, ...rest] = path;
  const route = `${method} ${[room, ...(first === undefined ? [] : ["*"]), ...rest.map(() => "*")].join("/")}`;
  switch (route) {
    case "GET connect":
      return done("Connected");
    case "GET images":
      return page(
        images.map((image) =>
          wireImage(
            image,
            instances.find(({ id }) => id === image.instanceId),
          ),
        ),
        url,
      );
    case "POST images":
      return capture(request, deps);
    case "GET images/*":
      return first === "search"
        ? search(stock, images, url.searchParams.get("search") ?? "")
        : notFound("Route");
    case "DELETE image/*": {
      const index = images.findIndex(({ id }) => id === first);
      if (index === -1) return notFound("Image");
      images.splice(index, 1);
      await state.save();
      return done("Image deleted");
    }
    case "GET instances":
      return page(instances.map(wireInstance), url);
    case "GET ssh-keys":
      return page([catalogue.key], url);
  }
  if (room === "cloud-service") return cloudService(request, [first ?? "", ...rest], deps);
  if (room === "instance" && first !== undefined) return instanceAction(request, first, rest, deps);
  return notFound("Route");
}

async function capture({ body }: EmulatorRequest, deps: RouteDeps): Promise<EmulatorReply> {
  const { state, clock } = deps;
  const parsed = CaptureSchema.safeParse(body);
  if (!parsed.success) return refusedFields(parsed.error);
  const { instance_id, name, cloudinit = 1, type = "linux" } = parsed.data;
  const instance = state.data.instances.find(({ id }) => id === instance_id);
  if (instance === undefined) return { status: 422, body: { success: false, message: "Instance not found" } };
  if (state.data.images.length >= mostImages) {
    return { status: 422, body: { success: false, message: "Maximum image limit reached" } };
  }
  const image: StoredImage = {
    id: newId(),
    name,
    status: "creating",
    type,
    cloudinit,
    sizeBytes: 2_361_393_152,
    instanceId: instance.id,
    createdAt: clock.nowIso(),
  };
  state.data.images.push(image);
  await state.save();
  const reply = done("Image creation has been started", { image: wireImage(image, instance) });
  deps.startCapture(image);
  return reply;
}

/** What can be deployed: what the operator offers, and the account's own. */
function search(
  stock: readonly { id: string; name: string }[],
  own: readonly StoredImage[],
  word: string,
): EmulatorReply {
  const children = (items: readonly { id: string; name: string }[], distro: string | null): object[] =>
    items
      .filter(({ name }) => name.toLowerCase().includes(word.toLowerCase()))
      .map(({ id, name }) => ({ id, text: name, distro }));
  const available = own.filter(({ status }) => status === "available");
  return ok({
    results: [
      { text: "Linux", children: children(stock, "linux") },
      { text: "My Images", children: children(available, null) },
    ],
  });
}

function cloudService(
  request: EmulatorRequest,
  path: readonly string[],
  deps: RouteDeps,
): EmulatorReply | Promise<EmulatorReply> {
  const { method, url } = request;
  const { location, planGroup, plans } = catalogue;
  const at = `${method} ${path.join("/")}`;
  if (at === "GET locations") return page([location], url);
  if (at === "POST instances") return createInstance(request, deps);
  const groups = `GET location/${location.id}/plan-groups`;
  if (at === groups) return { status: 200, body: [planGroup] };
  if (at === `GET location/${location.id}/plan-group/${planGroup.id}/plans`) {
    return { status: 200, body: [...plans] };
  }
  return notFound("Route");
}

/**
 * Answers one authorised request of the admin API: lists only. What the writes take is not public, so no body can
 * be right.
 */
export async function adminRoute(
  { method, url }: EmulatorRequest,
  path: readonly string[],
  { state, storageFiles }: RouteDeps,
): Promise<EmulatorReply> {
  if (method !== "GET") return errorReply(422, "The fields of this request are not known.");
  switch (path.join("/")) {
    case "images":
      return page(
        state.data.stock.map(({ id, name, fileName, sizeBytes }) => ({
          id,
          name,
          file: fileName,
          size: sizeBytes,
          status: "available",
        })),
        url,
      );
    case "image-storages":
      return page([{ id: catalogue.planGroup.id, name: "practice", type: "local" }], url);
    case "image-browser":
      return ok({ storages: [{ name: "practice", files: await storageFiles() }] });
    case "isos":
      return page([], url);
    default:
      return notFound("Route");
  }
}
