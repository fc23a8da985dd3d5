import type { z } from "zod";
import type { LaunchedSchema, LaunchOptions } from "#contract/remote-image.ts";
import { AppError } from "#core/lib/app-error.ts";
import { cleanText } from "#providers/http/clean-text.ts";
import type { Http } from "#providers/http/create-http.ts";
import type { LaunchInstance } from "#providers/provider.ts";
import {
  DropletReplySchema,
  KeysReplySchema,
  RegionsReplySchema,
  SizesReplySchema,
  type CreateDropletBody,
  type WireImage,
} from "./api.ts";
import { listPages, longPages } from "./list-pages.ts";

/** Of the document's `name`: what may be in a host name. */
const nameRule = /^[a-zA-Z0-9]?[a-z0-9A-Z.-]*[a-z0-9A-Z]$/;

/**
 * What a Droplet from this image can be made of: the regions it is in, the sizes whose disk is large enough.
 * Keys may be listed only ten times in a minute (the document's text on listing keys).
 */
export async function launchOptions(
  http: Http,
  image: WireImage,
  signal: AbortSignal,
): Promise<LaunchOptions> {
  const keys = await listPages(http, "/v2/account/keys", {
    reply: KeysReplySchema,
    query: longPages,
    signal,
  });
  const sizes = await listPages(http, "/v2/sizes", { reply: SizesReplySchema, query: longPages, signal });
  const known = await listPages(http, "/v2/regions", { reply: RegionsReplySchema, query: longPages, signal });
  const open = new Set(
    known.flatMap((page) => page.regions.filter((each) => each.available)).map(({ slug }) => slug),
  );
  const regions = (image.regions ?? []).filter((region) => open.has(region));
  const fits = (size: z.infer<typeof SizesReplySchema>["sizes"][number]): boolean =>
    size.available &&
    size.disk >= (image.min_disk_size ?? 0) &&
    size.regions.some((region) => regions.includes(region));
  return {
    modes: ["create"],
    regions: regions.map((region) => cleanText(region)),
    sizes: sizes
      .flatMap((page) => page.sizes)
      .filter(fits)
      .map((size) => ({
        id: cleanText(size.slug),
        text:
          `${size.vcpus} vCPU, ${size.memory / 1024} GiB memory, ${size.disk} GB disk, ` +
          `$${size.price_monthly}/month ($${size.price_hourly}/hour)`,
      })),
    keys: keys
      .flatMap((page) => page.ssh_keys)
      .map(({ id, name }) => ({ id: String(id), name: cleanText(name) })),
    instances: [],
    networks: [],
    zones: [],
    keyOptional: false,
  };
}

/** Creates a Droplet. Resolves when it is accepted. */
export async function launch(
  http: Http,
  imageId: number,
  request: LaunchInstance,
  signal: AbortSignal,
): Promise<z.infer<typeof LaunchedSchema>> {
  const body = createBody(imageId, request);
  const { body: reply } = await http({
    method: "POST",
    path: "/v2/droplets",
    body,
    reply: DropletReplySchema,
    signal,
  });
  return { instanceId: String(reply.droplet.id), status: cleanText(reply.droplet.status) };
}

function createBody(imageId: number, request: LaunchInstance): CreateDropletBody {
  const { name, region, size, keyIds, userData, publicKey } = request;
  if (request.mode !== "create") throw refused("DigitalOcean's images are started as new Droplets only");
  if (size === null) throw refused("A Droplet needs a size");
  if (!nameRule.test(name) || name.length > 255) {
    throw refused(`${cleanText(name)} is no name for a Droplet`, "Use letters, digits, dots and dashes.");
  }
  if ((publicKey ?? "") !== "") {
    throw refused(
      "DigitalOcean takes keys of the account only",
      "Add the key in the account's settings there.",
    );
  }
  // "Custom Images Limits": password logins are off, and a lost password cannot be reset.
  if (keyIds.length === 0) {
    throw refused(
      "DigitalOcean starts no Droplet from a custom image without an SSH key",
      "Choose a key; keys are added in the account's settings there.",
    );
  }
  return {
    name,
    ...(region === null ? {} : { region }),
    size,
    image: imageId,
    ssh_keys: keyIds.map((key) => (/^\d+$/.test(key) ? Number(key) : key)),
    ...(userData === "" ? {} : { user_data: userData }),
  };
}

const refused = (message: string, hint?: string): AppError =>
  new AppError("bad-input", message, {
    ...(hint === undefined ? {} : { hint }),
    details: { processed: "no" },
  });
