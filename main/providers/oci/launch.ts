import { randomUUID } from "node:crypto";
import type { LaunchOptions } from "#contract/remote-image.ts";
import { AppError } from "#core/lib/app-error.ts";
import { cleanText } from "#providers/http/clean-text.ts";
import type { LaunchInstance } from "#providers/provider.ts";
import type { OciAccount } from "./account.ts";
import {
  AvailabilityDomainsSchema,
  InstanceSchema,
  ShapesSchema,
  SubnetsSchema,
  type WireShape,
} from "./api.ts";
import { ocid } from "./credentials.ts";
import { imagePath } from "./image-path.ts";
import { allPages } from "./pages.ts";

/** "LaunchInstanceDetails": metadata and extended metadata together. */
const longestMetadataBytes = 32_000;

export async function launchOptions(
  account: OciAccount,
  imageId: string,
  signal: AbortSignal,
): Promise<LaunchOptions> {
  const { compute, identity, compartmentId, tenancyId } = account;
  imagePath(imageId); // refuses what is not an id
  const [shapes, subnets, domains] = await Promise.all([
    allPages(compute, { path: "/shapes", query: { compartmentId, imageId }, reply: ShapesSchema, signal }),
    allPages(compute, { path: "/subnets", query: { compartmentId }, reply: SubnetsSchema, signal }),
    allPages(identity, {
      path: "/availabilityDomains",
      query: { compartmentId: tenancyId },
      reply: AvailabilityDomainsSchema,
      signal,
    }),
  ]);
  // The list names a shape once per availability domain.
  const sizes = new Map(shapes.map((shape) => [sizeId(shape), { id: sizeId(shape), text: sizeText(shape) }]));
  return {
    modes: ["create"],
    regions: [account.region],
    sizes: [...sizes.values()],
    keys: [],
    instances: [],
    networks: subnets.map(({ id, displayName, cidrBlock }) => ({
      id,
      name: cleanText([displayName, cidrBlock].filter(Boolean).join(" · ")) || id,
    })),
    zones: domains.map(({ name }) => name),
    keyOptional: true,
  };
}

/** `<shape>`, or `<shape>:<OCPUs>:<GB>` where both are chosen by the user. */
function sizeId(shape: WireShape): string {
  const ocpus = shape.ocpuOptions?.min ?? null;
  if (ocpus === null) return shape.shape;
  const memoryGB = (shape.memoryOptions?.defaultPerOcpuInGBs ?? 8) * ocpus;
  return `${shape.shape}:${ocpus}:${memoryGB}`;
}

function sizeText(shape: WireShape): string {
  const [name = "", ocpus, memoryGB] = sizeId(shape).split(":");
  if (ocpus !== undefined) return cleanText(`${name} (${ocpus} OCPU, ${memoryGB} GB; adjustable)`);
  return cleanText(`${name} (${shape.ocpus ?? "?"} OCPU, ${shape.memoryInGBs ?? "?"} GB)`);
}

export async function launch(
  account: OciAccount,
  imageId: string,
  request: LaunchInstance,
  signal: AbortSignal,
): Promise<{ instanceId: string; status: string }> {
  const body = launchBody(account, imageId, request);
  const headers = { "opc-retry-token": randomUUID() };
  const reply = InstanceSchema;
  const { body: made } = await account.compute({
    method: "POST",
    path: "/instances",
    headers,
    body,
    reply,
    signal,
  });
  return { instanceId: made.id, status: cleanText(made.lifecycleState) };
}

function launchBody(account: OciAccount, imageId: string, request: LaunchInstance): object {
  if (request.mode !== "create")
    throw refused("An instance there cannot be reinstalled", "Launch a new one.");
  const { size, zone, network } = request;
  if (size === null) throw refused("A shape is missing", "Choose one, e.g. VM.Standard.E4.Flex:1:16.");
  if (zone === null) throw refused("An availability domain is missing", "Choose one of the region.");
  if (network === null)
    throw refused("A subnet is missing", "Choose one; create a network in the console first.");
  const [shape = "", ocpus, memoryGB] = size.split(":");
  return {
    availabilityDomain: zone,
    compartmentId: account.compartmentId,
    displayName: request.name,
    shape,
    ...(ocpus === undefined
      ? {}
      : { shapeConfig: { ocpus: positive(ocpus), memoryInGBs: positive(memoryGB ?? "") } }),
    sourceDetails: { sourceType: "image", imageId: ocid(imageId, "image") },
    createVnicDetails: { subnetId: ocid(network, "subnet") },
    metadata: metadataOf(request),
  };
}

function metadataOf({ publicKey, userData }: LaunchInstance): Record<string, string> {
  const metadata = {
    ...(publicKey === null ? {} : { ssh_authorized_keys: publicKey }),
    ...(userData === "" ? {} : { user_data: Buffer.from(userData, "utf8").toString("base64") }),
  };
  const sizeBytes = Buffer.byteLength(JSON.stringify(metadata), "utf8");
  if (sizeBytes <= longestMetadataBytes) return metadata;
  throw refused(
    `Keys and user data together have ${sizeBytes} bytes; Oracle Cloud takes ${longestMetadataBytes}`,
    "Let the user data fetch its larger part from an address.",
  );
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw refused(
    "The size of a flexible shape is not understood",
    "Write SHAPE:OCPUS:GB, e.g. VM.Standard.E4.Flex:1:16.",
  );
}

const refused = (message: string, hint: string): AppError =>
  new AppError("bad-input", message, { hint, details: { processed: "no" } });
