import type { RemoteState } from "#contract/remote-image.ts";
import { AppError } from "#core/lib/app-error.ts";
import { accessField, secretsOf } from "#providers/access.ts";
import { cleanText } from "#providers/http/clean-text.ts";
import { createHttp, type Http } from "#providers/http/create-http.ts";
import type {
  ClientOptions,
  ImportImageRequest,
  ProviderAccess,
  ProviderClient,
  RemoteImageState,
} from "#providers/provider.ts";
import { noSpecialCalls } from "#providers/special-calls.ts";
import {
  ActionReplySchema,
  ActionsReplySchema,
  distributionOf,
  EmptyReplySchema,
  ErrorSchema,
  ImageReplySchema,
  ImagesReplySchema,
  type CreateImageBody,
  type WireImage,
} from "./api.ts";
import { launch, launchOptions } from "./launch.ts";
import { listPages, longPages } from "./list-pages.ts";
import { manifest } from "./manifest.ts";

export function createDigitalOcean(access: ProviderAccess, options: ClientOptions): ProviderClient {
  const token = accessField(access, manifest, "token");
  const secrets = secretsOf(access, manifest);
  const http = createHttp({
    ...options,
    service: manifest.name,
    baseUrl: access.apiBase,
    headers: async () => ({ authorization: `Bearer ${token}` }),
    secrets,
    messageOf: (body) => ErrorSchema.safeParse(body).data?.message ?? null,
  });
  const wireImage = async (id: string, signal: AbortSignal): Promise<WireImage> =>
    (await http({ method: "GET", path: imagePath(id), reply: ImageReplySchema, signal })).body.image;
  return {
    manifest,
    // Needs image:read only, which publishing needs anyway; /v2/account would ask for one scope more.
    testCredentials: async (signal) => {
      const query = { private: "true", per_page: "1" };
      await http({ method: "GET", path: "/v2/images", query, reply: ImagesReplySchema, signal });
    },
    importImage: async (request, signal) => {
      const body = createBody(request);
      const reply = await http({ method: "POST", path: "/v2/images", body, reply: ImageReplySchema, signal });
      return remoteImage(reply.body.image, secrets);
    },
    getImage: async (id, signal) => remoteImage(await wireImage(id, signal), secrets),
    listImages: async (signal) => {
      const images = await listAll(http, signal);
      return images.filter((image) => image.type === "custom").map((image) => remoteImage(image, secrets));
    },
    deleteImage: async (id, signal) => {
      try {
        await http({ method: "DELETE", path: imagePath(id), reply: EmptyReplySchema, signal });
      } catch (error) {
        if (AppError.from(error).code !== "not-found") throw error;
      }
    },
    renameImage: async (id, { name, description }, signal) => {
      const body = { name, ...(description === null ? {} : { description }) };
      await http({ method: "PUT", path: imagePath(id), body, reply: ImageReplySchema, signal });
    },
    transferImage: async (id, region, signal) => {
      if ((await wireImage(id, signal)).regions?.includes(region) === true) return;
      await transfer(http, `${imagePath(id)}/actions`, region, signal);
    },
    finishImage: null,
    ...noSpecialCalls,
    quota: null,
    launchOptions: async (id, signal) => launchOptions(http, await wireImage(id, signal), signal),
    launch: async (id, request, signal) => {
      imagePath(id);
      return launch(http, Number(id), request, signal);
    },
  };
}

function createBody(request: ImportImageRequest): CreateImageBody {
  if (request.source.kind !== "url") {
    throw new AppError("bad-input", `${manifest.name} takes images from an address only`, {
      details: { processed: "no" },
    });
  }
  return {
    name: request.name,
    url: request.source.url,
    region: request.region,
    distribution: distributionOf(request.os?.id),
    description: request.description,
  };
}

function imagePath(id: string): string {
  // Beyond 15 digits a number is no longer exact.
  if (!/^\d{1,15}$/.test(id))
    throw new AppError("bad-input", `${cleanText(id)} is not a DigitalOcean image id`);
  return `/v2/images/${id}`;
}

async function listAll(http: Http, signal: AbortSignal): Promise<WireImage[]> {
  const query = { ...longPages, private: "true" };
  const pages = await listPages(http, "/v2/images", { reply: ImagesReplySchema, query, signal });
  // By id: an image that moves to the next page while the list is read is not told twice.
  const images = new Map(pages.flatMap((page) => page.images).map((image) => [image.id, image]));
  return [...images.values()];
}

/** Asks for it unless it is under way: after a crash nobody remembers, and a second one would be refused. */
async function transfer(http: Http, path: string, region: string, signal: AbortSignal): Promise<void> {
  const pages = await listPages(http, path, { reply: ActionsReplySchema, signal });
  const underway = pages
    .flatMap((page) => page.actions)
    .some((each) => each.type === "transfer" && each.status === "in-progress" && each.region_slug === region);
  if (underway) return;
  const body = { type: "transfer", region };
  await http({ method: "POST", path, body, reply: ActionReplySchema, signal });
}

/** Read as decimal gigabytes; the document says "gigabytes" only. */
const bytesOf = (gigabytes: number | null): number | null =>
  gigabytes === null ? null : Math.round(gigabytes * 1e9);

function remoteImage(image: WireImage, secrets: readonly string[]): RemoteImageState {
  const message = cleanText(image.error_message ?? "", secrets);
  const status = cleanText(image.status ?? "");
  return {
    providerImageId: String(image.id),
    name: cleanText(image.name),
    state: stateOf(status, message),
    providerStatus: status,
    errorMessage: message === "" ? null : message,
    source: cleanText(image.type),
    regions: (image.regions ?? []).map((region) => cleanText(region)),
    sizeBytes: bytesOf(image.size_gigabytes ?? null),
    progress: null,
    createdAt: image.created_at ?? null,
    description: image.description ?? null,
  };
}

/**
 * The rule of DigitalOcean's own importer (packer-plugin-digitalocean): `available` is success, an
 * `error_message` is failure at once. A failed import ends as `deleted`. Other words are shown, not guessed.
 */
function stateOf(status: string, errorMessage: string): RemoteState {
  if (status === "available") return "available";
  if (errorMessage !== "" || status === "deleted" || status === "retired") return "error";
  return status === "NEW" || status === "pending" ? "creating" : "unknown";
}
