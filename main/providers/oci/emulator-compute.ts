import { z } from "zod";
import type { EmulatorReply } from "#providers/emulation/json-server.ts";
import {
  childCompartment,
  imageRoutes,
  issueOf,
  rootCompartment,
  type ComputeDeps,
} from "./emulator-images.ts";
import type { StoredSchema } from "./emulator-state.ts";
import {
  errorReply,
  invalid,
  listReply,
  noContent,
  notFound,
  ok,
  wireWorkRequest,
  type RoutedRequest,
} from "./emulator-wire.ts";

const CreateSchemaSchema = z.object({
  compartmentId: z.string(),
  imageId: z.string(),
  computeGlobalImageCapabilitySchemaVersionName: z.string(),
  displayName: z.string().max(255).default("schema"),
  schemaData: z.record(
    z.string(),
    z.looseObject({
      descriptorType: z.enum(["enumstring", "enuminteger", "boolean"]),
      source: z.enum(["GLOBAL", "IMAGE"]),
    }),
  ),
});
const LaunchSchema = z.object({
  availabilityDomain: z.string(),
  compartmentId: z.string(),
  displayName: z.string().default("instance"),
  shape: z.string(),
  shapeConfig: z.object({ ocpus: z.number().positive(), memoryInGBs: z.number().positive() }).optional(),
  sourceDetails: z.object({ sourceType: z.literal("image"), imageId: z.string() }),
  createVnicDetails: z.object({ subnetId: z.string() }),
  metadata: z.record(z.string(), z.string()).default({}),
});

const globalVersion = "fe6d94ff-4ea6-4ae5-9dce-5a6a1c6b2f01";
const domains = ["Qhab:US-ASHBURN-AD-1", "Qhab:US-ASHBURN-AD-2"];
const subnetId = "ocid1.subnet.oc1.iad.practicesubnet";
const shapeList = [
  { shape: "VM.Standard2.1", ocpus: 1, memoryInGBs: 15 },
  {
    shape: "VM.Standard.E4.Flex",
    ocpus: 1,
    memoryInGBs: 16,
    ocpuOptions: { min: 1, max: 64 },
    memoryOptions: { minInGBs: 1, maxInGBs: 1024, defaultPerOcpuInGBs: 16 },
  },
  {
    shape: "VM.Standard.A1.Flex",
    ocpus: 1,
    memoryInGBs: 6,
    ocpuOptions: { min: 1, max: 80 },
    memoryOptions: { minInGBs: 1, maxInGBs: 512, defaultPerOcpuInGBs: 6 },
  },
];

/** Core Services, Work Requests and Identity below `/20160918`. */
export async function computeRoutes(request: RoutedRequest, deps: ComputeDeps): Promise<EmulatorReply> {
  const { method, url, segments } = request;
  const [room] = segments;
  if (room === "images") return imageRoutes(request, deps);
  if (room === "computeImageCapabilitySchemas") return schemaRoutes(request, deps);
  if (room === "workRequests") return workRequestRoutes(request, deps);
  if (room === "instances") return instanceRoutes(request, deps);
  if (method !== "GET" || segments.length !== 1) return notFound();
  const byRoom: Record<string, () => readonly object[]> = {
    shapes: () => shapesFor(url, deps),
    subnets: () => [
      { id: subnetId, displayName: "practice", cidrBlock: "10.0.0.0/24", lifecycleState: "AVAILABLE" },
    ],
    availabilityDomains: () =>
      domains.map((name) => ({ name, compartmentId: rootCompartment(deps.account) })),
    compartments: () => [
      {
        id: childCompartment,
        name: "images",
        description: "Images",
        lifecycleState: "ACTIVE",
      },
      { id: "ocid1.compartment.oc1..practicegone", name: "gone", description: "", lifecycleState: "DELETED" },
    ],
    computeGlobalImageCapabilitySchemas: () => [
      {
        id: "ocid1.computeglobalimgcapschema.oc1.iad.practice",
        currentVersionName: globalVersion,
        displayName: "practice",
        timeCreated: "2026-01-01T00:00:00.000Z",
      },
    ],
  };
  const items = byRoom[room ?? ""];
  return items === undefined ? notFound() : listReply(items(), url);
}

function shapesFor(url: URL, { state }: ComputeDeps): readonly object[] {
  const imageId = url.searchParams.get("imageId");
  const image = state.data.images.find(({ id }) => id === imageId);
  const fits = (shape: string): boolean => image?.shapes.some((entry) => entry.shape === shape) === true;
  const own = imageId === null ? shapeList : shapeList.filter(({ shape }) => fits(shape));
  // Once per availability domain, as the service tells them when none is named.
  return domains.flatMap(() => own);
}

function workRequestRoutes({ method, url, segments }: RoutedRequest, { state }: ComputeDeps): EmulatorReply {
  const [, id, sub, ...rest] = segments;
  if (method !== "GET" || rest.length > 0) return notFound();
  if (id === undefined) {
    const resourceId = url.searchParams.get("resourceId");
    const compartmentId = url.searchParams.get("compartmentId");
    if (compartmentId === null) return errorReply(400, "MissingParameter", "Missing compartmentId");
    const found = state.data.workRequests
      .filter((each) => each.compartmentId === compartmentId)
      .filter((each) => resourceId === null || each.resourceId === resourceId);
    return listReply(found.map(wireWorkRequest), url);
  }
  const request = state.data.workRequests.find((each) => each.id === id);
  if (request === undefined) return notFound();
  if (sub === undefined) return ok(wireWorkRequest(request));
  const timestamp = request.timeFinished ?? request.timeAccepted;
  if (sub === "errors")
    return listReply(
      request.errors.map((error) => ({ ...error, timestamp })),
      url,
    );
  return sub === "logs"
    ? listReply([{ message: `${request.operationType} accepted`, timestamp }], url)
    : notFound();
}

const wireSchema = ({ version, ...schema }: StoredSchema): object => ({
  ...schema,
  computeGlobalImageCapabilitySchemaVersionName: version,
});

async function schemaRoutes(request: RoutedRequest, deps: ComputeDeps): Promise<EmulatorReply> {
  const { method, url, segments, body } = request;
  const { state } = deps;
  const [, id, ...rest] = segments;
  if (rest.length > 0) return notFound();
  if (id === undefined && method === "GET") {
    const imageId = url.searchParams.get("imageId");
    const found = state.data.schemas.filter((each) => imageId === null || each.imageId === imageId);
    return listReply(found.map(wireSchema), url);
  }
  if (id === undefined) return method === "POST" ? createSchema(body, deps) : notFound();
  const schema = state.data.schemas.find((each) => each.id === id);
  if (schema === undefined) return notFound();
  if (method === "GET") return ok(wireSchema(schema));
  if (method === "DELETE") {
    state.data.schemas = state.data.schemas.filter((each) => each !== schema);
    await state.save();
    return noContent;
  }
  const parsed = CreateSchemaSchema.pick({ schemaData: true }).safeParse(body);
  if (method !== "PUT") return notFound();
  if (!parsed.success) return issueOf(parsed.error);
  schema.schemaData = parsed.data.schemaData;
  await state.save();
  return ok(wireSchema(schema));
}

async function createSchema(body: unknown, { state, nowIso }: ComputeDeps): Promise<EmulatorReply> {
  const parsed = CreateSchemaSchema.safeParse(body);
  if (!parsed.success) return issueOf(parsed.error);
  const { computeGlobalImageCapabilitySchemaVersionName: version, ...rest } = parsed.data;
  const image = state.data.images.find(({ id }) => id === rest.imageId);
  if (image === undefined) return notFound();
  if (image.lifecycleState !== "AVAILABLE")
    return errorReply(409, "IncorrectState", "The image is not AVAILABLE.");
  if (version !== globalVersion)
    return invalid("There is no such version of the global image capability schema");
  if (state.data.schemas.some(({ imageId }) => imageId === rest.imageId)) {
    return errorReply(409, "IncorrectState", "The image has a capability schema already.");
  }
  const schema = { ...rest, version, id: state.newId("computeimgcapschema"), timeCreated: nowIso() };
  state.data.schemas.push(schema);
  await state.save();
  return ok(wireSchema(schema));
}

async function instanceRoutes(
  request: RoutedRequest,
  { state, nowIso }: ComputeDeps,
): Promise<EmulatorReply> {
  const { method, url, segments, body } = request;
  const [, id, ...rest] = segments;
  if (rest.length > 0) return notFound();
  const wire = (instance: object): object => ({ lifecycleState: "PROVISIONING", region: "iad", ...instance });
  if (method === "GET" && id === undefined) return listReply(state.data.instances.map(wire), url);
  if (method === "GET") {
    const instance = state.data.instances.find((each) => each.id === id);
    return instance === undefined ? notFound() : ok(wire(instance));
  }
  if (method !== "POST" || id !== undefined) return notFound();
  const parsed = LaunchSchema.safeParse(body);
  if (!parsed.success) return issueOf(parsed.error);
  const { sourceDetails, createVnicDetails, shapeConfig, ...details } = parsed.data;
  const image = state.data.images.find((each) => each.id === sourceDetails.imageId);
  if (image?.lifecycleState !== "AVAILABLE" || createVnicDetails.subnetId !== subnetId) return notFound();
  if (!domains.includes(details.availabilityDomain)) return invalid("There is no such availability domain");
  const size = Buffer.byteLength(JSON.stringify(details.metadata));
  if (size > 32_000)
    return invalid("The total size of metadata and extendedMetadata is more than 32000 bytes");
  if (!image.shapes.some(({ shape }) => shape === details.shape)) {
    return invalid(`Shape ${details.shape} is not valid for image ${image.id}.`);
  }
  if (details.shape.endsWith(".Flex") && shapeConfig === undefined)
    return invalid("shapeConfig is required for a flexible shape");
  const instance = { ...details, id: state.newId("instance"), imageId: image.id, timeCreated: nowIso() };
  state.data.instances.push(instance);
  await state.save();
  return ok(wire(instance));
}
