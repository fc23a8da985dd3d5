import { cleanText } from "#providers/http/clean-text.ts";
import type { OciAccount } from "./account.ts";
import { WorkRequestErrorsSchema, WorkRequestsSchema, type WireWorkRequest } from "./api.ts";
import { allPages } from "./pages.ts";

/** The last long operation on a resource, or null. */
export async function latestWorkRequest(
  { compute, compartmentId }: OciAccount,
  resourceId: string,
  signal: AbortSignal,
): Promise<WireWorkRequest | null> {
  const query = { compartmentId, resourceId };
  const all = await allPages(compute, { path: "/workRequests", query, reply: WorkRequestsSchema, signal });
  const acceptedMs = (request: WireWorkRequest): number => Date.parse(request.timeAccepted ?? "") || 0;
  return all.toSorted((a, b) => acceptedMs(b) - acceptedMs(a))[0] ?? null;
}

/** What went wrong in a work request, in Oracle's words; null when it does not say. */
export async function workRequestErrors(
  { compute, secrets }: OciAccount,
  workRequestId: string,
  signal: AbortSignal,
): Promise<string | null> {
  const path = `/workRequests/${encodeURIComponent(workRequestId)}/errors`;
  const errors = await allPages(compute, { path, reply: WorkRequestErrorsSchema, signal });
  const words = errors.map(({ code, message }) => [code, message].filter(Boolean).join(": "));
  const text = cleanText([...new Set(words)].join("; "), secrets);
  return text === "" ? null : text;
}
