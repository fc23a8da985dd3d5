import type { z } from "zod";
import type { LaunchedSchema, LaunchOptions } from "#contract/remote-image.ts";
import { AppError } from "#core/lib/app-error.ts";
import { cleanText } from "#providers/http/clean-text.ts";
import type { Http } from "#providers/http/create-http.ts";
import type { LaunchInstance } from "#providers/provider.ts";
import {
  InstanceReplySchema,
  InstancesReplySchema,
  SecretsReplySchema,
  type CreateInstanceBody,
  type InstallBody,
} from "./api.ts";
import { listPages } from "./list-pages.ts";
import type { Platform } from "./platform.ts";

/** A secret of type `password` is given as the password of the default user, one of type `ssh` as a key. */
const passwordMark = "password:";

/** An image is available at every location; keys and passwords are secrets that the account keeps. */
export async function launchOptions(
  http: Http,
  platform: Platform,
  signal: AbortSignal,
): Promise<LaunchOptions> {
  const secrets = await listPages(http, "/v1/secrets", { reply: SecretsReplySchema, signal });
  const instances = await listPages(http, "/v1/compute/instances", { reply: InstancesReplySchema, signal });
  return {
    modes: ["reinstall", "create"],
    regions: platform.manifest.regions,
    sizes: [...platform.products],
    keys: secrets
      .flatMap((page) => page.data)
      .map(({ secretId, name, type }) => ({
        id: type === "password" ? `${passwordMark}${secretId}` : String(secretId),
        name: type === "password" ? `${cleanText(name)} (password)` : cleanText(name),
      })),
    instances: instances
      .flatMap((page) => page.data)
      .map(({ instanceId, name, displayName, status }) => ({
        id: String(instanceId),
        name: cleanText((displayName ?? "") === "" ? name : `${displayName} (${name})`),
        status: cleanText(status),
      })),
    networks: [],
    zones: [],
    keyOptional: true,
  };
}

/** Orders an instance, or installs an existing one anew. Resolves when it is accepted. */
export async function launch(
  http: Http,
  platform: Platform,
  imageId: string,
  request: LaunchInstance,
  signal: AbortSignal,
): Promise<z.infer<typeof LaunchedSchema>> {
  const { instanceId } = request;
  const body =
    request.mode === "create" ? orderBody(platform, imageId, request) : installBody(imageId, request);
  if (request.mode === "reinstall" && !/^\d{1,15}$/.test(instanceId ?? "")) {
    throw refused("Choose the instance that is to be installed anew");
  }
  const reply = await http({
    ...(request.mode === "create"
      ? { method: "POST", path: "/v1/compute/instances" }
      : { method: "PUT", path: `/v1/compute/instances/${instanceId}` }),
    body,
    reply: InstanceReplySchema,
    signal,
  });
  const [instance] = reply.body.data;
  return {
    instanceId: String(instance?.instanceId ?? instanceId),
    // A reinstallation is answered with ids only; `installing` is the document's word for what follows.
    status: cleanText(instance?.status ?? "installing"),
  };
}

function installBody(imageId: string, { keyIds, userData, publicKey }: LaunchInstance): InstallBody {
  if ((publicKey ?? "") !== "")
    throw refused("Keys are taken by their id: keep the key as a secret there first");
  const sshKeys = keyIds.filter((key) => !key.startsWith(passwordMark)).map(secretId);
  const passwords = keyIds.filter((key) => key.startsWith(passwordMark));
  if (passwords.length > 1) throw refused("An instance takes one password only");
  const [password] = passwords;
  return {
    imageId,
    ...(sshKeys.length === 0 ? {} : { sshKeys }),
    ...(password === undefined ? {} : { rootPassword: secretId(password.slice(passwordMark.length)) }),
    ...(userData === "" ? {} : { userData }),
  };
}

function orderBody(platform: Platform, imageId: string, request: LaunchInstance): CreateInstanceBody {
  const { manifest, products, customImageAddOn } = platform;
  return {
    ...installBody(imageId, request),
    productId: request.size ?? products[0]?.id ?? "",
    region: request.region ?? manifest.defaultRegion ?? "",
    period: 1,
    displayName: request.name.slice(0, 255),
    ...(customImageAddOn ? { addOns: { customImage: {} } } : {}),
  };
}

function secretId(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw refused(`${cleanText(text)} is not the id of a key`);
}

const refused = (message: string): AppError =>
  new AppError("bad-input", message, { details: { processed: "no" } });
