import type { z } from "zod";
import { cleanText } from "#providers/http/clean-text.ts";
import { DoneReplySchema, InstanceSchema, type InsertIsoBody } from "./api.ts";
import { listAll, type Panel } from "./panel-http.ts";
import { pathId } from "./path-id.ts";

export type WireInstance = z.infer<typeof InstanceSchema>;

export const listInstances = (panel: Panel, signal: AbortSignal): Promise<WireInstance[]> =>
  listAll(panel, "/api/instances", InstanceSchema, signal);

export const instanceName = ({ id, display_name, hostname, name }: WireInstance): string =>
  cleanText([display_name, hostname, name].find((word) => (word ?? "") !== "") ?? id);

/** The one way for a customer to bring a medium of their own: the panel fetches an ISO from an address. */
export async function insertIso(
  panel: Panel,
  instanceId: string,
  iso: { url: string; device: "primary" | "secondary" },
  signal: AbortSignal,
): Promise<void> {
  const body: InsertIsoBody = { iso_url: iso.url, custom_iso: 1 };
  const path = `/api/instance/${pathId(instanceId)}/iso/${iso.device}/insert`;
  await panel({ method: "POST", path, body, reply: DoneReplySchema, signal });
}

export async function ejectIso(
  panel: Panel,
  instanceId: string,
  device: "primary" | "secondary",
  signal: AbortSignal,
): Promise<void> {
  const path = `/api/instance/${pathId(instanceId)}/iso/${device}/eject`;
  await panel({ method: "POST", path, reply: DoneReplySchema, signal });
}
