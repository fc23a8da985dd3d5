import { z } from "zod";
import type { EmulatorReply } from "#providers/emulation/json-server.ts";
import type { EmulatorState, StoredImage, StoredWorkRequest } from "./emulator-state.ts";
import {
  errorReply,
  invalid,
  listReply,
  noContent,
  notFound,
  ok,
  wireImage,
  type RoutedRequest,
} from "./emulator-wire.ts";
import type { EmulatedAccount } from "./emulator-account.ts";

export interface ComputeDeps {
  readonly state: EmulatorState;
  readonly account: EmulatedAccount;
  readonly nowIso: () => string;
  readonly startWork: (request: StoredWorkRequest) => void;
  readonly stopWork: (workRequestId: string) => Promise<void>;
  /** Bucket and object that an address of the object storage names and lets read or write; null: none. */
  readonly resolveUri: (uri: string, access: "read" | "write") => { bucket: string; object: string } | null;
}

const name = z.string().trim().min(1).max(255);
const tags = z.record(z.string().max(100), z.string().max(256)).default({});
const system = {
  operatingSystem: z.string().default("Custom"),
  operatingSystemVersion: z.string().default("Unknown"),
};
const sourceImageType = z.enum(["QCOW2", "VMDK"]);
const CreateSchema = z.object({
  compartmentId: z.string(),
  displayName: name.default("image"),
  freeformTags: tags,
  launchMode: z.enum(["NATIVE", "EMULATED", "PARAVIRTUALIZED", "ACCELERATEDPV", "CUSTOM"]).default("NATIVE"),
  imageSourceDetails: z.discriminatedUnion("sourceType", [
    z.object({
      sourceType: z.literal("objectStorageTuple"),
      namespaceName: z.string(),
      bucketName: z.string(),
      objectName: z.string(),
      sourceImageType,
      ...system,
    }),
    z.object({
      sourceType: z.literal("objectStorageUri"),
      sourceUri: z.string(),
      sourceImageType,
      ...system,
    }),
  ]),
});
const UpdateSchema = z.object({
  displayName: name.optional(),
  freeformTags: z.record(z.string().max(100), z.string().max(256)).optional(),
  operatingSystem: z.string().optional(),
  operatingSystemVersion: z.string().optional(),
});
const ExportSchema = z.discriminatedUnion("destinationType", [
  z.object({
    destinationType: z.literal("objectStorageTuple"),
    namespaceName: z.string(),
    bucketName: z.string(),
    objectName: z.string(),
    exportFormat: z.enum(["OCI", "QCOW2", "VDI", "VHD", "VMDK"]).default("OCI"),
  }),
  z.object({
    destinationType: z.literal("objectStorageUri"),
    destinationUri: z.string(),
    exportFormat: z.enum(["OCI", "QCOW2", "VDI", "VHD", "VMDK"]).default("OCI"),
  }),
]);
const ShapeSchema = z.object({
  ocpuConstraints: z.object({ min: z.number().optional(), max: z.number().optional() }).optional(),
  memoryConstraints: z
    .object({ minInGBs: z.number().optional(), maxInGBs: z.number().optional() })
    .optional(),
});

export const namespaceName = "practicens";
export const childCompartment = "ocid1.compartment.oc1..practiceimages";
export const rootCompartment = (account: EmulatedAccount): string => account.tenancyId;
export const issueOf = ({ issues: [issue] }: z.ZodError): EmulatorReply =>
  invalid(`${issue?.path.join(".") ?? ""} ${issue?.message ?? "is wrong"}`.trim());

/** `/images` and what is below it. */
export async function imageRoutes(request: RoutedRequest, deps: ComputeDeps): Promise<EmulatorReply> {
  const { method, segments } = request;
  const [, id, sub, subId, ...rest] = segments;
  if (rest.length > 0) return notFound();
  if (id === undefined) return method === "POST" ? createImage(request, deps) : listImages(request, deps);
  const image = deps.state.data.images.find((each) => each.id === id);
  if (image === undefined) return notFound();
  if (sub === undefined) return oneImage(request, image, deps);
  if (sub === "shapes") return shapes(request, image, subId, deps);
  if (sub !== "actions" || method !== "POST") return notFound();
  if (image.lifecycleState !== "AVAILABLE") return conflict(image);
  if (subId === "export") return exportImage(request, image, deps);
  return subId === "changeCompartment" ? changeCompartment(request, image, deps) : notFound();
}

/** Oracle's own images are told along in every compartment. */
const platformImage = (number: number): object => ({
  id: `ocid1.image.oc1.iad.platform${number}`,
  compartmentId: null,
  displayName: `Oracle-Linux-9.${number}-2026.01.01-0`,
  operatingSystem: "Oracle Linux",
  operatingSystemVersion: "9",
  lifecycleState: "AVAILABLE",
  launchMode: "NATIVE",
  createImageAllowed: true,
  sizeInMBs: 47_694,
  timeCreated: "2026-01-01T00:00:00.000Z",
});

function listImages({ url }: RoutedRequest, { state, account }: ComputeDeps): EmulatorReply {
  const compartmentId = url.searchParams.get("compartmentId");
  if (compartmentId === null) return errorReply(400, "MissingParameter", "Missing compartmentId");
  if (![rootCompartment(account), childCompartment].includes(compartmentId)) return notFound();
  const wanted = url.searchParams.get("lifecycleState");
  const displayName = url.searchParams.get("displayName");
  const own = state.data.images
    .filter((image) => image.compartmentId === compartmentId)
    .filter((image) => wanted === null || image.lifecycleState === wanted)
    .filter((image) => displayName === null || image.displayName === displayName)
    .toReversed()
    .map(wireImage);
  return listReply([platformImage(1), platformImage(2), ...own], url);
}

async function createImage(request: RoutedRequest, deps: ComputeDeps): Promise<EmulatorReply> {
  const parsed = CreateSchema.safeParse(request.body);
  if (!parsed.success) return issueOf(parsed.error);
  const { state, account } = deps;
  const { imageSourceDetails: details, ...rest } = parsed.data;
  if (rest.compartmentId !== rootCompartment(account)) return notFound();
  const token = request.headers["opc-retry-token"];
  const known = typeof token === "string" ? state.data.retryTokens[token] : undefined;
  const made = state.data.images.find(({ id }) => id === known);
  if (made !== undefined) return ok(wireImage(made));

  const at =
    details.sourceType === "objectStorageTuple"
      ? { bucket: details.bucketName, object: details.objectName }
      : deps.resolveUri(details.sourceUri, "read");
  const isThere = state.data.objects.some(
    ({ bucket, name: key }) => bucket === at?.bucket && key === at.object,
  );
  const foreign = details.sourceType === "objectStorageTuple" && details.namespaceName !== namespaceName;
  if (at === null || foreign || !isThere) {
    return invalid(
      "Invalid objectName: Specified object or bucket or namespace to import image from does not exist",
    );
  }
  const image: StoredImage = {
    ...rest,
    id: state.newId("image"),
    operatingSystem: details.operatingSystem,
    operatingSystemVersion: details.operatingSystemVersion,
    lifecycleState: "PROVISIONING",
    timeCreated: deps.nowIso(),
    source: { sourceImageType: details.sourceImageType, ...at },
    shapes: [{ shape: "VM.Standard.E4.Flex" }, { shape: "VM.Standard2.1" }],
    content: null,
  };
  state.data.images.push(image);
  if (typeof token === "string") state.data.retryTokens[token] = image.id;
  const workRequestId = await accept(image, "CreateImage", null, deps);
  return ok(wireImage(image), { "opc-work-request-id": workRequestId, etag: image.id });
}

async function accept(
  image: StoredImage,
  operationType: StoredWorkRequest["operationType"],
  destination: StoredWorkRequest["destination"],
  { state, nowIso, startWork }: ComputeDeps,
): Promise<string> {
  const workRequest: StoredWorkRequest = {
    id: state.newId("coreservicesworkrequest"),
    compartmentId: image.compartmentId,
    operationType,
    status: "ACCEPTED",
    percentComplete: 0,
    resourceId: image.id,
    timeAccepted: nowIso(),
    timeFinished: null,
    errors: [],
    destination,
  };
  state.data.workRequests.push(workRequest);
  await state.save();
  startWork(workRequest);
  return workRequest.id;
}

const conflict = (image: StoredImage): EmulatorReply =>
  errorReply(409, "IncorrectState", `The image is ${image.lifecycleState}; it must be AVAILABLE.`);

async function oneImage(
  { method, body }: RoutedRequest,
  image: StoredImage,
  deps: ComputeDeps,
): Promise<EmulatorReply> {
  const { state } = deps;
  if (method === "GET") return ok(wireImage(image), { etag: image.id });
  if (image.lifecycleState === "DELETED") return notFound();
  if (method === "DELETE") {
    const requests = state.data.workRequests.filter(({ resourceId }) => resourceId === image.id);
    for (const { id } of requests) await deps.stopWork(id);
    // Goes on being told for a while, as DELETED; its work requests are told no longer.
    state.data.workRequests = state.data.workRequests.filter((each) => !requests.includes(each));
    image.lifecycleState = "DELETED";
    await state.save();
    return noContent;
  }
  if (method !== "PUT") return notFound();
  const parsed = UpdateSchema.safeParse(body);
  if (!parsed.success) return issueOf(parsed.error);
  Object.assign(image, parsed.data);
  await state.save();
  return ok(wireImage(image), { etag: image.id });
}

async function exportImage(
  { body }: RoutedRequest,
  image: StoredImage,
  deps: ComputeDeps,
): Promise<EmulatorReply> {
  const parsed = ExportSchema.safeParse(body);
  if (!parsed.success) return issueOf(parsed.error);
  const details = parsed.data;
  if (details.exportFormat !== "QCOW2") return invalid("This practice account exports as QCOW2 only");
  const at =
    details.destinationType === "objectStorageTuple"
      ? { bucket: details.bucketName, object: details.objectName }
      : deps.resolveUri(details.destinationUri, "write");
  if (at === null || !deps.state.data.buckets.includes(at.bucket)) {
    return invalid("Invalid bucketName: Specified bucket or namespace to export image to does not exist");
  }
  image.lifecycleState = "EXPORTING";
  const workRequestId = await accept(image, "ExportImage", at, deps);
  return ok(wireImage(image), { "opc-work-request-id": workRequestId });
}

async function changeCompartment(
  { body }: RoutedRequest,
  image: StoredImage,
  { state }: ComputeDeps,
): Promise<EmulatorReply> {
  const parsed = z.object({ compartmentId: z.string().startsWith("ocid1.") }).safeParse(body);
  if (!parsed.success) return issueOf(parsed.error);
  image.compartmentId = parsed.data.compartmentId;
  await state.save();
  return noContent;
}

async function shapes(
  { method, url, body }: RoutedRequest,
  image: StoredImage,
  shape: string | undefined,
  { state }: ComputeDeps,
): Promise<EmulatorReply> {
  const wire = (entry: StoredImage["shapes"][number]): object => ({ imageId: image.id, ...entry });
  if (shape === undefined) return method === "GET" ? listReply(image.shapes.map(wire), url) : notFound();
  const entry = image.shapes.find((each) => each.shape === shape);
  if (method === "GET") return entry === undefined ? notFound() : ok(wire(entry));
  if (method === "DELETE") {
    if (entry === undefined) return notFound();
    image.shapes = image.shapes.filter((each) => each !== entry);
    await state.save();
    return noContent;
  }
  if (method !== "PUT") return notFound();
  const parsed = ShapeSchema.safeParse(body ?? {});
  if (!parsed.success) return issueOf(parsed.error);
  const changed = JSON.parse(JSON.stringify({ shape, ...parsed.data })) as StoredImage["shapes"][number];
  image.shapes = [...image.shapes.filter((each) => each.shape !== shape), changed];
  await state.save();
  return ok(wire(changed));
}
