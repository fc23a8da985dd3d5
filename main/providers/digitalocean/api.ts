import { z } from "zod";

/**
 * The wire of DigitalOcean's API v2 as far as it is used here, after the publisher's OpenAPI document
 * (digitalocean/openapi). Answers are read leniently: unknown fields are left out, closed lists of the document
 * (status, regions) are plain strings, because the document lags behind the service.
 */

const text = z.string().max(10_000);

/** `error_message` is "" while there is no error; the document's own example is one blank. */
export const ImageSchema = z.object({
  id: z.number().int().nonnegative(),
  name: text,
  /** base, snapshot, backup, custom, admin. */
  type: text,
  distribution: text.nullish(),
  regions: z.array(text).max(200).nullish(),
  created_at: text.nullish(),
  min_disk_size: z.number().nullish(),
  size_gigabytes: z.number().nonnegative().nullish(),
  description: text.nullish(),
  tags: z.array(text).nullish(),
  /** NEW, pending, available, deleted, retired. */
  status: text.nullish(),
  error_message: text.nullish(),
});
export type WireImage = z.infer<typeof ImageSchema>;

export const ImageReplySchema = z.object({ image: ImageSchema });

/** Left out or empty when there is one page only. */
const links = z.object({ pages: z.object({ next: z.string().max(2_000).optional() }).nullish() }).nullish();

export const ImagesReplySchema = z.object({
  images: z.array(ImageSchema).max(1_000),
  links,
});

/** The document's schema is the bare action, its example wraps it in `action`: that it is accepted is enough. */
export const ActionReplySchema = z.looseObject({});

export const ActionsReplySchema = z.object({
  /** `status`: in-progress, completed, errored. */
  actions: z.array(z.object({ type: text, status: text, region_slug: text.nullish() })).max(1_000),
  links,
});

export const KeysReplySchema = z.object({
  ssh_keys: z.array(z.object({ id: z.number().int(), name: text, fingerprint: text.optional() })).max(1_000),
  links,
});

export const SizesReplySchema = z.object({
  sizes: z
    .array(
      z.object({
        slug: text,
        /** MiB. */
        memory: z.number(),
        vcpus: z.number(),
        /** GB. */
        disk: z.number(),
        /** US dollars. */
        price_monthly: z.number(),
        price_hourly: z.number(),
        regions: z.array(text).max(200),
        available: z.boolean(),
      }),
    )
    .max(1_000),
  links,
});

export const RegionsReplySchema = z.object({
  regions: z.array(z.object({ slug: text, available: z.boolean() })).max(1_000),
  links,
});

export const DropletReplySchema = z.object({
  droplet: z.object({ id: z.number().int().nonnegative(), status: text }),
});

/** Body of POST /v2/droplets. */
export interface CreateDropletBody {
  name: string;
  region?: string;
  size: string;
  image: number;
  /** Ids or fingerprints of keys in the account. */
  ssh_keys: (number | string)[];
  user_data?: string;
}

/** 204. */
export const EmptyReplySchema = z.null();

export const ErrorSchema = z.object({ id: z.string(), message: z.string() });

/** Body of POST /v2/images. */
export interface CreateImageBody {
  name: string;
  url: string;
  region: string;
  distribution: Distribution;
  description: string;
}

/** "Any other value will be accepted but ignored, and `Unknown` will be used in its place." */
export type Distribution =
  | "Arch Linux"
  | "CentOS"
  | "CoreOS"
  | "Debian"
  | "Fedora"
  | "Fedora Atomic"
  | "FreeBSD"
  | "Gentoo"
  | "openSUSE"
  | "RancherOS"
  | "Rocky Linux"
  | "Ubuntu"
  | "Unknown";

/** From the ID of os-release(5). Derivatives are not called by the name of what they derive from. */
const distributions: Readonly<Record<string, Distribution>> = {
  arch: "Arch Linux",
  centos: "CentOS",
  coreos: "CoreOS",
  debian: "Debian",
  fedora: "Fedora",
  freebsd: "FreeBSD",
  gentoo: "Gentoo",
  opensuse: "openSUSE",
  "opensuse-leap": "openSUSE",
  "opensuse-tumbleweed": "openSUSE",
  rancheros: "RancherOS",
  rocky: "Rocky Linux",
  ubuntu: "Ubuntu",
};

export const distributionOf = (osId: string | null | undefined): Distribution =>
  (osId === null || osId === undefined ? undefined : distributions[osId]) ?? "Unknown";
