import { AppError } from "#core/lib/app-error.ts";
import type { FinishImageRequest } from "#providers/provider.ts";
import type { OciAccount } from "./account.ts";
import {
  AnythingSchema,
  CapabilitySchemasSchema,
  GlobalCapabilitySchemasSchema,
  type WireCapabilitySchema,
} from "./api.ts";
import { allPages } from "./pages.ts";
import { listShapes, putShape } from "./shapes.ts";

const firmwareKey = "Compute.Firmware";
/** "Configuring Image Capabilities": an imported image boots by BIOS unless its schema says otherwise. */
const uefiOnly = {
  descriptorType: "enumstring",
  source: "IMAGE",
  values: ["UEFI_64"],
  defaultValue: "UEFI_64",
} as const;
/** An imported image is not offered for Arm shapes until the shape is added to it. */
const armShape = "VM.Standard.A1.Flex";
const armConstraints = { ocpus: { min: 1, max: 80 }, memoryGB: { min: 1, max: 512 } };

/** What an available image still needs to boot: firmware, and the shapes of its processor. Idempotent. */
export async function finishImage(
  account: OciAccount,
  imageId: string,
  request: FinishImageRequest,
  signal: AbortSignal,
): Promise<void> {
  if (request.firmware === "uefi") await requireUefi(account, imageId, request.name, signal);
  if (request.os?.architecture !== "aarch64") return;
  const shapes = await listShapes(account, imageId, signal);
  if (shapes.some(({ shape }) => shape === armShape)) return;
  await putShape(account, imageId, { shape: armShape, ...armConstraints }, signal);
}

async function requireUefi(
  account: OciAccount,
  imageId: string,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const { compute, compartmentId } = account;
  const path = "/computeImageCapabilitySchemas";
  const query = { compartmentId, imageId };
  const [schema] = await allPages(compute, { path, query, reply: CapabilitySchemasSchema, signal });
  if (schema !== undefined) {
    if (saysUefi(schema)) return;
    const body = { schemaData: { ...schema.schemaData, [firmwareKey]: uefiOnly } };
    const own = `${path}/${encodeURIComponent(schema.id)}`;
    await compute({ method: "PUT", path: own, body, reply: AnythingSchema, signal });
    return;
  }
  const body = {
    compartmentId,
    imageId,
    displayName: `${name.slice(0, 200)} boots by UEFI`,
    computeGlobalImageCapabilitySchemaVersionName: await globalVersion(account, signal),
    schemaData: { [firmwareKey]: uefiOnly },
  };
  await compute({ method: "POST", path, body, reply: AnythingSchema, signal });
}

const saysUefi = ({ schemaData }: WireCapabilitySchema): boolean =>
  schemaData?.[firmwareKey]?.["defaultValue"] === uefiOnly.defaultValue;

/** Every schema refers to the version of the global one that it narrows. */
async function globalVersion({ compute }: OciAccount, signal: AbortSignal): Promise<string> {
  const path = "/computeGlobalImageCapabilitySchemas";
  const all = await allPages(compute, { path, reply: GlobalCapabilitySchemasSchema, signal });
  const name = all.find(({ currentVersionName }) => (currentVersionName ?? "") !== "")?.currentVersionName;
  if (name !== null && name !== undefined) return name;
  throw new AppError("protocol", "Oracle Cloud names no version of the global image capabilities", {
    hint: "Set the firmware to UEFI_64 in the console: “Edit image capabilities”.",
  });
}
