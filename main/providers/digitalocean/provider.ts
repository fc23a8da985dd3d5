import type { z } from "zod";
import type { RemoteImage } from "#contract/remote-image.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Clock } from "#ports/ports.ts";
import { createHttp, type Http } from "#providers/http/create-http.ts";
import { cleanText } from "#providers/http/clean-text.ts";
import type { RetryPolicy } from "#providers/http/retry.ts";
import type { ImportImageRequest, ProviderClient, RemoteImageState } from "#providers/provider.ts";
import {
  distributionOf,
  EmptyReplySchema,
  ErrorSchema,
  ImageReplySchema,
  ImagesReplySchema,
  type CreateImageBody,
  type WireImage,
} from "./api.ts";
import { manifest } from "./manifest.ts";

export interface DigitalOceanOptions {
  readonly apiBase: string;
  readonly token: string;
  readonly clock: Clock;
  readonly timeoutMs?: number;
  readonly retry?: RetryPolicy;
}

/** The document allows 1 to 200. */
const imagesPerPage = 200;
/** Far above what an account holds; ends a list whose pages go in a circle. */
const mostPages = 200;

export function createDigitalOcean(options: DigitalOceanOptions): ProviderClient {
  const { apiBase, token, ...rest } = options;
  const http = createHttp({
    ...rest,
    service: manifest.name,
    baseUrl: apiBase,
    headers: async () => ({ authorization: `Bearer ${token}` }),
    secrets: [token],
    messageOf: (body) => ErrorSchema.safeParse(body).data?.message ?? null,
  });
  const secrets = [token];
  return {
    manifest,
    // Needs image:read only, which publishing needs anyway; /v2/account would ask for one scope more.
    testCredentials: async (signal) => {
      const query = { private: "true", per_page: "1" };
      await http({ method: "GET", path: "/v2/images", query, reply: ImagesReplySchema, signal });
    },
    importImage: async (request, signal) => {
      const body = createBody(request);
      const { body: reply } = await http({
        method: "POST",
        path: "/v2/images",
        body,
        reply: ImageReplySchema,
        signal,
      });
      return remoteImage(reply.image, secrets);
    },
    getImage: async (id, signal) => {
      const { body } = await http({ method: "GET", path: imagePath(id), reply: ImageReplySchema, signal });
      return remoteImage(body.image, secrets);
    },
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
    renameImage: null,
    finishImage: null,
    transferImage: null,
    quota: null,
    launchOptions: null,
    launch: null,
  };
}

function createBody({ name, source, region, os, description }: ImportImageRequest): CreateImageBody {
  if (source.kind !== "url") throw new AppError("internal", "DigitalOcean takes images from addresses only");
  return { name, url: source.url, region, distribution: distributionOf(os?.id), description };
}

function imagePath(id: string): string {
  if (!/^\d{1,18}$/.test(id))
    throw new AppError("bad-input", `${cleanText(id)} is not a DigitalOcean image id`);
  return `/v2/images/${id}`;
}

async function listAll(http: Http, signal: AbortSignal): Promise<WireImage[]> {
  const images = new Map<number, WireImage>();
  const query = { private: "true", per_page: String(imagesPerPage) };
  let next: { path: string; query?: Record<string, string> } | null = { path: "/v2/images", query };
  for (let page = 1; next !== null; page++) {
    if (page > mostPages) throw new AppError("protocol", `${manifest.name}'s list of images does not end`);
    const reply: z.output<typeof ImagesReplySchema> = (
      await http({ method: "GET", ...next, reply: ImagesReplySchema, signal })
    ).body;
    // By id: an image that moves to the next page while the list is read is not told twice.
    for (const image of reply.images) images.set(image.id, image);
    const link = reply.links?.pages?.next;
    next = link === undefined || link === "" ? null : { path: link };
  }
  return [...images.values()];
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
    regions: (image.regions ?? []).map((region) => cleanText(region)),
    sizeBytes: bytesOf(image.size_gigabytes ?? null),
    createdAt: image.created_at ?? null,
    description: image.description ?? null,
    source: image.type,
    progress: null,
  };
}

/**
 * The rule of DigitalOcean's own importer (packer-plugin-digitalocean): `available` is success, an
 * `error_message` is failure at once. A failed import ends as `deleted`. Other words are shown, not guessed.
 */
function stateOf(status: string, errorMessage: string): RemoteImage["state"] {
  if (status === "available") return "available";
  if (errorMessage !== "" || status === "deleted" || status === "retired") return "error";
  return status === "NEW" || status === "pending" ? "creating" : "unknown";
}
