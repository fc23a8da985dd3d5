import type { RemoteImage } from "#contract/remote-image.ts";
import { AppError } from "#core/lib/app-error.ts";
import { accessField } from "#providers/access.ts";
import { cleanText } from "#providers/http/clean-text.ts";
import type { ClientOptions, ProviderAccess, ProviderClient, RemoteImageState } from "#providers/provider.ts";
import type { Instances } from "#providers/special-calls.ts";
import { z } from "zod";
import {
  CapturedReplySchema,
  DoneReplySchema,
  ImageSchema,
  type CaptureBody,
  type WireImage,
  type WireTask,
} from "./api.ts";
import { ejectIso, insertIso, instanceName, listInstances } from "./instances.ts";
import { launch, launchOptions, taskOf } from "./launch.ts";
import { manifest } from "./manifest.ts";
import { connectPanel, listAll } from "./panel-http.ts";
import { pathId } from "./path-id.ts";
import { findRegistration, offeredImages, offeredState, type Registration } from "./registration.ts";

/** What a panel can beside what all providers can. */
export interface HypervisorIoClient extends ProviderClient {
  readonly instances: Instances;
  /** How a deployment stands, by the ids that it was started with. */
  task(instanceId: string, taskId: string, signal: AbortSignal): Promise<WireTask>;
  /** Whether the operator has registered a file that was handed over. */
  findRegistration(handOff: { name: string; fileName: string }, signal: AbortSignal): Promise<Registration>;
}

export function createHypervisorIo(access: ProviderAccess, options: ClientOptions): HypervisorIoClient {
  const panel = connectPanel(access, accessField(access, manifest, "token"), options);
  const adminToken = access.fields["adminToken"]?.trim() ?? "";
  const admin = adminToken === "" ? null : connectPanel(access, adminToken, options);
  const ownImages = async (signal: AbortSignal): Promise<RemoteImageState[]> => {
    const images = new Map<string, WireImage>();
    // By id: an image that moves to the next page while the list is read is not told twice.
    for (const image of await listAll(panel, "/api/images", ImageSchema, signal)) images.set(image.id, image);
    return [...images.values()].map(remoteImage);
  };
  return {
    manifest,
    testCredentials: async (signal) => {
      await panel({ method: "GET", path: "/api/connect", reply: z.unknown(), signal });
      if (admin === null) return;
      await admin({ method: "GET", path: "/api/v1/image-storages", reply: z.unknown(), signal });
    },
    importImage: null,
    finishImage: null,
    getImage: async (id, signal) => {
      pathId(id);
      const own = (await ownImages(signal)).find((image) => image.providerImageId === id);
      if (own !== undefined) return own;
      const offered = (await offeredImages(panel, "", signal)).find((image) => image.id === id);
      if (offered !== undefined) return offeredState(offered);
      throw new AppError("not-found", `${manifest.name} does not have the image ${id}`);
    },
    listImages: ownImages,
    deleteImage: async (id, signal) => {
      try {
        await panel({ method: "DELETE", path: `/api/image/${pathId(id)}`, reply: DoneReplySchema, signal });
      } catch (error) {
        if (AppError.from(error).code !== "not-found") throw error;
      }
    },
    renameImage: null,
    transferImage: null,
    quota: null,
    launchOptions: (_id, signal) => launchOptions(panel, signal),
    launch: (id, request, signal) => launch(panel, id, request, signal),
    exportImage: null,
    shapes: null,
    compartments: null,
    instances: {
      list: async (signal) =>
        (await listInstances(panel, signal)).map((instance) => ({
          id: instance.id,
          name: instanceName(instance),
          status: cleanText(instance.status ?? ""),
        })),
      capture: async ({ instanceId, name, cloudInit, type }, signal) => {
        const body: CaptureBody = {
          instance_id: pathId(instanceId),
          name: name.slice(0, 255),
          ...(cloudInit === null ? {} : { cloudinit: cloudInit ? 1 : 0 }),
          ...(type === null ? {} : { type }),
        };
        const reply = CapturedReplySchema;
        return remoteImage((await panel({ method: "POST", path: "/api/images", body, reply, signal })).image);
      },
      insertIso: (instanceId, iso, signal) => insertIso(panel, instanceId, iso, signal),
      ejectIso: (instanceId, device, signal) => ejectIso(panel, instanceId, device, signal),
    },
    task: (instanceId, taskId, signal) => taskOf(panel, instanceId, taskId, signal),
    findRegistration: (handOff, signal) => findRegistration({ user: panel, admin }, handOff, signal),
    findOffered: async (handOff, signal) => {
      const { offered } = await findRegistration({ user: panel, admin }, handOff, signal);
      return offered === null ? null : offeredState(offered);
    },
  };
}

function remoteImage(image: WireImage): RemoteImageState {
  const status = cleanText(image.status);
  const location = image.hypervisor_group?.name ?? null;
  return {
    providerImageId: image.id,
    name: cleanText(image.name),
    state: stateOf(status),
    providerStatus: status,
    // The list tells no reason; the panel's page of tasks does.
    errorMessage: null,
    source: image.purpose ?? null,
    progress: null,
    regions: location === null ? [] : [cleanText(location)],
    // "Image shows 0 bytes when Available: the size update from the hypervisor did not arrive."
    sizeBytes: (image.size ?? 0) === 0 ? null : (image.size ?? null),
    createdAt: image.created_at ?? null,
    description: null,
  };
}

function stateOf(status: string): RemoteImage["state"] {
  const known = ["creating", "available", "error", "deleting"] as const;
  return known.find((word) => word === status.toLowerCase()) ?? "unknown";
}
