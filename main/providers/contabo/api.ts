import { z } from "zod";

/**
 * The wire of Contabo's and Fybe's API as far as it is used here, after their OpenAPI documents. Answers are read
 * leniently: unknown fields are left out, words are plain strings, and what is shown only may be absent.
 */

const text = z.string().max(10_000);

export const ImageSchema = z.object({
  imageId: text,
  name: text,
  description: text.nullish(),
  /** 0 as long as it is not known. MB; read as 1,048,576 bytes, as the `ramMb` of instances plainly are. */
  sizeMb: z.number().nonnegative().nullish(),
  uploadedSizeMb: z.number().nonnegative().nullish(),
  /** iso, qcow2. */
  format: text.nullish(),
  /** Free text: Pending and Downloading in the documents, downloading, downloaded and error in the publisher's code. */
  status: text,
  errorMessage: text.nullish(),
  standardImage: z.boolean().nullish(),
  creationDate: text.nullish(),
});
export type WireImage = z.infer<typeof ImageSchema>;

/** `data` is always a list, also of one. */
export const ImageReplySchema = z.object({ data: z.array(ImageSchema).min(1) });

const pagination = z.object({ page: z.number(), totalPages: z.number() });
export type Pagination = z.infer<typeof pagination>;

export const ImagesReplySchema = z.object({ data: z.array(ImageSchema).max(1_000), _pagination: pagination });

/** Of creating and changing: ids only. */
export const ImageIdReplySchema = z.object({ data: z.array(z.object({ imageId: text })).min(1) });

export const StatsReplySchema = z.object({
  data: z
    .array(
      z.object({
        currentImagesCount: z.number(),
        totalSizeMb: z.number(),
        usedSizeMb: z.number(),
        freeSizeMb: z.number(),
      }),
    )
    .min(1),
});

/** The list tells values too; they are left out here, at the edge. */
export const SecretsReplySchema = z.object({
  data: z.array(z.object({ secretId: z.number(), name: text, type: text })).max(1_000),
  _pagination: pagination,
});

export const InstancesReplySchema = z.object({
  data: z
    .array(
      z.object({
        instanceId: z.number(),
        name: text,
        displayName: text.nullish(),
        status: text,
        region: text.nullish(),
      }),
    )
    .max(1_000),
  _pagination: pagination,
});

/** Of a reinstallation there is no status. */
export const InstanceReplySchema = z.object({
  data: z.array(z.object({ instanceId: z.number(), status: text.nullish() })).min(1),
});

/** 204. */
export const EmptyReplySchema = z.null();

/** The documents tell the 415 only; the publisher's tool reads the same of every failure. */
export const ErrorSchema = z.object({ message: z.union([text, z.array(text)]) });

/** Body of POST /v1/compute/images. */
export interface CreateImageBody {
  name: string;
  description: string;
  url: string;
  osType: "Windows" | "Linux";
  version: string;
}

/** What POST and PUT of instances have in common. */
export interface InstallBody {
  imageId: string;
  /** Ids of secrets. */
  sshKeys?: number[];
  rootPassword?: number;
  userData?: string;
}

/** Body of POST /v1/compute/instances. */
export interface CreateInstanceBody extends InstallBody {
  productId: string;
  region: string;
  /** Months. */
  period: 1;
  displayName: string;
  addOns?: { customImage: Record<string, never> };
}

/** Keycloak's answer to a password or refresh grant (RFC 6749 5.1; `refresh_expires_in` is Keycloak's own). */
export const TokenReplySchema = z.object({
  access_token: z.string().min(1).max(20_000),
  /** Seconds. */
  expires_in: z.number().positive(),
  refresh_token: z.string().max(20_000).optional(),
  refresh_expires_in: z.number().optional(),
});

/** RFC 6749 5.2. */
export const TokenErrorSchema = z.object({ error: text, error_description: text.optional() });
