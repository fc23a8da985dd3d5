import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { EmulatorReply } from "#providers/emulation/json-server.ts";
import { issueOf, namespaceName } from "./emulator-images.ts";
import type { EmulatorState, StoredLink } from "./emulator-state.ts";
import {
  errorReply,
  invalid,
  listReply,
  noContent,
  ok,
  type ObjectDeps,
  type RoutedRequest,
} from "./emulator-wire.ts";

const LinkSchema = z.object({
  name: z.string().min(1).max(255),
  objectName: z.string().min(1),
  accessType: z.enum(["ObjectRead", "ObjectWrite", "ObjectReadWrite"]),
  timeExpires: z.iso.datetime({ offset: true }),
});
/** `/n/…/b/<bucket>/p` and what is below it: pre-authenticated requests. */
export async function linkRoutes(
  request: RoutedRequest,
  bucket: string,
  id: string,
  deps: ObjectDeps,
): Promise<EmulatorReply> {
  const { method, url } = request;
  const { data } = deps.state;
  if (id === "")
    return method === "POST" ? createLink(request, bucket, deps) : listLinks(url, bucket, deps.state);
  const link = data.links.find((each) => each.bucket === bucket && each.id === id);
  if (link === undefined || method !== "DELETE") {
    return errorReply(404, "PreauthenticatedRequestNotFound", "There is no such request");
  }
  data.links = data.links.filter((each) => each !== link);
  await deps.state.save();
  return noContent;
}

async function createLink(
  { body }: RoutedRequest,
  bucket: string,
  { state, nowIso }: ObjectDeps,
): Promise<EmulatorReply> {
  const parsed = LinkSchema.safeParse(body);
  if (!parsed.success) return issueOf(parsed.error);
  if (Date.parse(parsed.data.timeExpires) <= Date.parse(nowIso()))
    return invalid("timeExpires must be in the future");
  const link: StoredLink = {
    ...parsed.data,
    // Ids of the service hold characters that must be encoded in a path.
    id: `${randomBytes(12).toString("base64")}:${parsed.data.objectName}`,
    token: randomBytes(24).toString("base64url"),
    bucket,
    timeCreated: nowIso(),
  };
  state.data.links.push(link);
  await state.save();
  const path = [namespaceName, "b", bucket, "o", link.objectName].map(encodeURIComponent).join("/");
  return ok({ ...wireLink(link), accessUri: `/p/${link.token}/n/${path}` });
}

/** Without the address, which is told only once. */
const wireLink = ({ id, name, objectName, accessType, timeCreated, timeExpires }: StoredLink): object => ({
  id,
  name,
  objectName,
  accessType,
  timeCreated,
  timeExpires,
});

function listLinks(url: URL, bucket: string, state: EmulatorState): EmulatorReply {
  const prefix = url.searchParams.get("objectNamePrefix") ?? "";
  const found = state.data.links.filter(
    (each) => each.bucket === bucket && each.objectName.startsWith(prefix),
  );
  return listReply(found.map(wireLink), url);
}

/** The link that an address `/p/<token>/n/…/o/<object>` stands for, when it holds for this access now. */
export function linkFor(
  segments: readonly string[],
  access: "read" | "write",
  { state, nowIso }: ObjectDeps,
): StoredLink | null {
  const [p, token, n, namespace, b, bucket, o, ...rest] = segments;
  if (p !== "p" || n !== "n" || namespace !== namespaceName || b !== "b" || o !== "o") return null;
  const link = state.data.links.find((each) => each.token === token);
  if (link === undefined || link.bucket !== bucket || link.objectName !== rest.join("/")) return null;
  if (Date.parse(link.timeExpires) <= Date.parse(nowIso())) return null;
  const allowed = access === "read" ? "ObjectRead" : "ObjectWrite";
  return link.accessType === allowed || link.accessType === "ObjectReadWrite" ? link : null;
}
