import type { IncomingHttpHeaders } from "node:http";
import type { EmulatorReply } from "#providers/emulation/json-server.ts";
import type { EmulatorState, StoredImage, StoredWorkRequest } from "./emulator-state.ts";

/** One request that was let in. */
export interface RoutedRequest {
  readonly method: string;
  readonly url: URL;
  /** Of the path, decoded, without the version. */
  readonly segments: readonly string[];
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; undefined when there was no body. */
  readonly body: unknown;
}

/** What the object storage needs. */
export interface ObjectDeps {
  readonly state: EmulatorState;
  readonly nowIso: () => string;
}

export const ok = (body: EmulatorReply["body"], headers: Record<string, string> = {}): EmulatorReply => ({
  status: 200,
  headers,
  body,
});
export const noContent: EmulatorReply = { status: 204, body: null };
export const errorReply = (
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): EmulatorReply => ({ status, headers, body: { code, message } });

/** The service does not tell what is missing from what is forbidden. */
export const notFound = (): EmulatorReply =>
  errorReply(404, "NotAuthorizedOrNotFound", "Authorization failed or requested resource not found.");
export const invalid = (message: string): EmulatorReply => errorReply(400, "InvalidParameter", message);

/** One page of a list; the token of the next is in `opc-next-page`. */
export function page<T>(
  all: readonly T[],
  url: URL,
): { items: T[]; headers: Record<string, string> } | EmulatorReply {
  const limit = Number(url.searchParams.get("limit") ?? "100");
  const start = Number(Buffer.from(url.searchParams.get("page") ?? "MA", "base64url").toString("utf8"));
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    return invalid("limit must be between 1 and 1000");
  if (!Number.isInteger(start) || start < 0) return invalid("page is not a token of this list");
  const end = start + limit;
  const next = end < all.length ? { "opc-next-page": Buffer.from(String(end)).toString("base64url") } : {};
  return { items: all.slice(start, end), headers: next };
}

export const listReply = <T>(all: readonly T[], url: URL): EmulatorReply => {
  const part = page(all, url);
  return "status" in part ? part : ok(part.items, part.headers);
};

const MiB = 1024 * 1024;

export const wireImage = (image: StoredImage): object => ({
  id: image.id,
  compartmentId: image.compartmentId,
  displayName: image.displayName,
  operatingSystem: image.operatingSystem,
  operatingSystemVersion: image.operatingSystemVersion,
  lifecycleState: image.lifecycleState,
  launchMode: image.launchMode,
  createImageAllowed: true,
  freeformTags: image.freeformTags,
  definedTags: {},
  timeCreated: image.timeCreated,
  listingType: null,
  baseImageId: null,
  sizeInMBs: image.content === null ? null : Math.ceil(image.content.virtualBytes / MiB),
  billableSizeInGBs: image.content === null ? null : Math.ceil(image.content.fileBytes / 1024 / MiB),
});

export const wireWorkRequest = (request: StoredWorkRequest): object => ({
  id: request.id,
  compartmentId: request.compartmentId,
  operationType: request.operationType,
  status: request.status,
  percentComplete: request.percentComplete,
  timeAccepted: request.timeAccepted,
  timeStarted: request.timeAccepted,
  timeFinished: request.timeFinished,
  resources: [
    {
      actionType: request.operationType === "CreateImage" ? "CREATED" : "RELATED",
      entityType: "image",
      identifier: request.resourceId,
      entityUri: `/20160918/images/${request.resourceId}`,
    },
  ],
});
