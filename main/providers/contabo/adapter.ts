import type { Quota } from "#contract/account.ts";
import type { z } from "zod";
import type { RemoteState } from "#contract/remote-image.ts";
import { AppError } from "#core/lib/app-error.ts";
import { secretsOf } from "#providers/access.ts";
import { cleanText } from "#providers/http/clean-text.ts";
import type {
  ClientOptions,
  ImportImageRequest,
  ProviderAccess,
  ProviderClient,
  RemoteImageState,
} from "#providers/provider.ts";
import { noSpecialCalls } from "#providers/special-calls.ts";
import {
  EmptyReplySchema,
  ImageIdReplySchema,
  ImageReplySchema,
  ImagesReplySchema,
  StatsReplySchema,
  type CreateImageBody,
  type WireImage,
} from "./api.ts";
import { createPlatformHttp } from "./platform-http.ts";
import { launch, launchOptions } from "./launch.ts";
import { listPages } from "./list-pages.ts";
import type { Platform } from "./platform.ts";

const imagesPath = "/v1/compute/images";
/** Without it the provider's own images are listed too. */
const customOnly = { standardImage: "false" };

/** The client of either platform. */
export function createAdapter(
  platform: Platform,
  access: ProviderAccess,
  options: ClientOptions,
): ProviderClient {
  const { manifest } = platform;
  const http = createPlatformHttp(platform, access, options);
  const secrets = secretsOf(access, manifest);
  const pathOf = (id: string): string => `${imagesPath}/${imageId(manifest.name, id)}`;
  return {
    manifest,
    testCredentials: async (signal) => {
      const query = { ...customOnly, size: "1", page: "1" };
      await http({ method: "GET", path: imagesPath, query, reply: ImagesReplySchema, signal });
    },
    importImage: async (request, signal) => {
      const body = createBody(manifest.name, request);
      const reply = await http({ method: "POST", path: imagesPath, body, reply: ImageIdReplySchema, signal });
      return registered(reply.body.data[0]?.imageId ?? "", body);
    },
    getImage: async (id, signal) => {
      const reply = await http({ method: "GET", path: pathOf(id), reply: ImageReplySchema, signal });
      const [image] = reply.body.data;
      if (image === undefined) throw new AppError("not-found", `${manifest.name} has no such image`);
      return remoteImage(image, secrets);
    },
    listImages: async (signal) => {
      const pages = await listPages(http, imagesPath, {
        reply: ImagesReplySchema,
        query: customOnly,
        signal,
      });
      const images = pages.flatMap((page) => page.data).filter((image) => image.standardImage !== true);
      // By id: an image that moves to the next page while the list is read is not told twice.
      const byId = new Map(images.map((image) => [image.imageId, image]));
      return [...byId.values()].map((image) => remoteImage(image, secrets));
    },
    deleteImage: async (id, signal) => {
      try {
        await http({ method: "DELETE", path: pathOf(id), reply: EmptyReplySchema, signal });
      } catch (error) {
        if (AppError.from(error).code !== "not-found") throw error;
      }
    },
    renameImage: async (id, { name, description }, signal) => {
      const body = { name, ...(description === null ? {} : { description }) };
      await http({ method: "PATCH", path: pathOf(id), body, reply: ImageIdReplySchema, signal });
    },
    finishImage: null,
    ...noSpecialCalls,
    transferImage: null,
    quota: async (signal) => {
      const path = `${imagesPath}/stats`;
      const { body } = await http({ method: "GET", path, reply: StatsReplySchema, signal });
      return quotaOf(body.data[0]);
    },
    // Any image can be installed on any instance; the id is only proved to be one.
    launchOptions: async (id, signal) => {
      imageId(manifest.name, id);
      return launchOptions(http, platform, signal);
    },
    launch: (id, request, signal) => launch(http, platform, imageId(manifest.name, id), request, signal),
  };
}

function createBody(name: string, request: ImportImageRequest): CreateImageBody {
  if (request.source.kind !== "url") {
    throw new AppError("bad-input", `${name} takes images from an address only`, {
      details: { processed: "no" },
    });
  }
  const { os } = request;
  return {
    name: request.name,
    description: request.description,
    url: request.source.url,
    // "`Windows` for MS Windows and `Linux` for other OS".
    osType: os?.family === "windows" ? "Windows" : "Linux",
    version: os?.versionId ?? "1",
  };
}

function imageId(service: string, id: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return id;
  throw new AppError("bad-input", `${cleanText(id)} is not the id of a ${service} image`, {
    details: { processed: "no" },
  });
}

/** Creating is answered with an id only: what else is known is what was asked for. */
const registered = (id: string, { name, description }: CreateImageBody): RemoteImageState => ({
  providerImageId: cleanText(id),
  name,
  state: "creating",
  providerStatus: "",
  errorMessage: null,
  source: null,
  regions: [],
  sizeBytes: null,
  progress: null,
  createdAt: null,
  description,
});

const bytesOf = (megabytes: number): number => Math.round(megabytes * 2 ** 20);

function remoteImage(image: WireImage, secrets: readonly string[]): RemoteImageState {
  const message = cleanText(image.errorMessage ?? "", secrets);
  const status = cleanText(image.status);
  const state = stateOf(status);
  const totalBytes = bytesOf(image.sizeMb ?? 0);
  const doneBytes = Math.min(bytesOf(image.uploadedSizeMb ?? 0), totalBytes);
  const format = cleanText(image.format ?? "");
  return {
    providerImageId: image.imageId,
    name: cleanText(image.name),
    state,
    providerStatus: status,
    errorMessage: message === "" ? null : message,
    source: format === "" ? null : format,
    /** Available at every location. */
    regions: [],
    sizeBytes: totalBytes === 0 ? null : totalBytes,
    progress:
      state === "creating" && totalBytes > 0 ? { done: doneBytes, total: totalBytes, unit: "bytes" } : null,
    createdAt: image.creationDate ?? null,
    description: image.description ?? null,
  };
}

/** The words of the publisher's Terraform provider, which compares them in lower case; others are shown, not guessed. */
function stateOf(status: string): RemoteState {
  const word = status.toLowerCase();
  if (word === "downloaded") return "available";
  if (word === "error") return "error";
  return word === "pending" || word === "downloading" ? "creating" : "unknown";
}

function quotaOf(stats: z.output<typeof StatsReplySchema>["data"][number] | undefined): Quota {
  if (stats === undefined) return { usedBytes: null, totalBytes: null, freeBytes: null, images: null };
  return {
    usedBytes: bytesOf(stats.usedSizeMb),
    totalBytes: bytesOf(stats.totalSizeMb),
    freeBytes: bytesOf(stats.freeSizeMb),
    images: stats.currentImagesCount,
  };
}
