import { randomBytes } from "node:crypto";
import { createBackgroundWork } from "#providers/emulation/background-work.ts";
import type { Emulator, EmulatorOptions } from "#providers/emulation/emulator.ts";
import {
  startJsonServer,
  type EmulatorReply,
  type EmulatorRequest,
  type Refusal,
} from "#providers/emulation/json-server.ts";
import { openAccount } from "./emulator-account.ts";
import { computeRoutes } from "./emulator-compute.ts";
import type { ComputeDeps } from "./emulator-images.ts";
import { linkFor } from "./emulator-links.ts";
import { objectRoutes } from "./emulator-objects.ts";
import { bodyIsSigned, whyRefused } from "./emulator-signature.ts";
import { openState, type StoredWorkRequest } from "./emulator-state.ts";
import { receiveContent } from "./emulator-uploads.ts";
import { errorReply, notFound } from "./emulator-wire.ts";
import { doWork } from "./emulator-work.ts";

export interface OciEmulatorOptions extends EmulatorOptions {
  /** Exist from the start. Default: `images`. */
  readonly buckets?: readonly string[];
  /** Also lets in who signs with this session token as key id. */
  readonly sessionToken?: string;
}

/** The one namespace of the account's object storage is `practicens`. */
export async function startOciEmulator(options: OciEmulatorOptions): Promise<Emulator> {
  const { clock, processes, faults = {}, paceMs = 800, buckets = ["images"] } = options;
  const state = await openState(options);
  const { account, fields } = await openAccount({ ...options, sessionToken: options.sessionToken ?? null });
  state.data.buckets = [...new Set([...state.data.buckets, ...buckets])];
  const work = createBackgroundWork();
  const nowIso = (): string => clock.nowIso();
  const workDeps = {
    state,
    processes,
    clock,
    paceMs,
    timeoutMs: options.importTimeoutMs ?? 3_600_000,
    fault: (image: { id: string; name: string }) => faults.import?.(image) ?? null,
  };
  const deps: ComputeDeps = {
    state,
    account,
    nowIso,
    startWork: (request: StoredWorkRequest) =>
      work.start(request.id, (signal) => doWork(request, workDeps, signal)),
    stopWork: (id) => work.stop(id),
    resolveUri: (uri, access) => {
      const segments = segmentsOf(URL.parse(uri)?.pathname ?? "/");
      const link = linkFor(segments, access, { state, nowIso });
      if (link !== null) return { bucket: link.bucket, object: link.objectName };
      const [n, , b, bucket, o, ...rest] = segments;
      const own = n === "n" && b === "b" && o === "o" && bucket !== undefined;
      return own ? { bucket, object: rest.join("/") } : null;
    },
  };

  const answer = async (request: EmulatorRequest, refusal: Refusal | null): Promise<EmulatorReply> => {
    const reply = refusal === null ? await letIn(request) : injected(refusal);
    const headers = { "opc-request-id": randomBytes(16).toString("hex").toUpperCase(), ...reply.headers };
    // What is not read of a body must not be taken for the next request.
    if (!request.incoming.readableEnded) request.incoming.resume();
    return { ...reply, headers };
  };
  const letIn = async ({ incoming, bytes, ...request }: EmulatorRequest): Promise<EmulatorReply> => {
    const { method, headers, url } = request;
    const segments = segmentsOf(url.pathname);
    if (segments[0] === "p") {
      const access = method === "PUT" ? "write" : "read";
      const link = linkFor(segments, access, { state, nowIso });
      if (link === null) return notFound();
      const { bucket, objectName: object } = link;
      if (access === "write") {
        return receiveContent(incoming, { bucket, object, uploadId: null, partNumber: 0 }, { state, nowIso });
      }
      return objectRoutes({ ...request, segments: segments.slice(2) }, { state, nowIso });
    }
    const target = incoming.url ?? "/";
    const content = isContent({ method, url });
    const rules = { nowMs: Date.parse(nowIso()), contentUnsigned: content };
    const reason = whyRefused({ method, target, headers }, account, rules);
    if (reason !== null) return errorReply(401, "NotAuthenticated", reason);
    if (content) return receiveContent(incoming, contentPlace(url, segments), { state, nowIso });
    if (["POST", "PUT"].includes(method) && !bodyIsSigned(headers, bytes)) {
      return errorReply(401, "NotAuthenticated", "The digest of the body is not the one that was signed.");
    }
    if (segments[0] === "n") return objectRoutes({ ...request, segments }, { state, nowIso });
    if (segments[0] !== "20160918") return notFound();
    return computeRoutes({ ...request, segments: segments.slice(1) }, deps);
  };

  const { onExchange } = options;
  const streams = (request: { method: string; url: URL }): boolean => isContent(request);
  const server = await startJsonServer({ port: options.port ?? 0, faults, answer, streams, onExchange });
  for (const request of state.data.workRequests)
    if (request.status === "ACCEPTED" || request.status === "IN_PROGRESS") deps.startWork(request);

  return {
    apiBase: server.apiBase,
    fields,
    imported(id) {
      const content = state.data.images.find((image) => image.id === id)?.content ?? null;
      if (content === null) return null;
      return { path: state.filePath(id), sha256: content.sha256, fileBytes: content.fileBytes };
    },
    async close() {
      await server.close();
      await work.stopAll();
      await state.save(); // after whatever was being written
    },
  };
}

const segmentsOf = (pathname: string): string[] =>
  pathname
    .split("/")
    .slice(1)
    .map((segment) => decodeURIComponent(segment))
    .filter((segment, index, all) => segment !== "" || index < all.length - 1);

/** PUT of an object, of a part, or through a link: bytes, not JSON. */
const isContent = ({ method, url }: { method: string; url: URL }): boolean =>
  method === "PUT" && /^(\/p\/[^/]+)?\/n\/[^/]+\/b\/[^/]+\/[ou]\/./.test(url.pathname);

function contentPlace(
  url: URL,
  segments: readonly string[],
): { bucket: string; object: string; uploadId: string | null; partNumber: number } {
  const [, , , bucket = "", kind, ...rest] = segments;
  const uploadId = kind === "u" ? (url.searchParams.get("uploadId") ?? "") : null;
  const partNumber = Number(url.searchParams.get("uploadPartNum") ?? "0");
  return { bucket, object: rest.join("/"), uploadId, partNumber };
}

/** The service's own words for what a test injects. */
const codes: Readonly<Record<number, string>> = {
  400: "InvalidParameter",
  401: "NotAuthenticated",
  402: "SignUpRequired",
  403: "NotAuthorized",
  404: "NotAuthorizedOrNotFound",
  409: "IncorrectState",
  429: "TooManyRequests",
  500: "InternalServerError",
  503: "ServiceUnavailable",
};

function injected({ status, message, retryAfterSeconds }: Refusal): EmulatorReply {
  const pause = retryAfterSeconds === null ? {} : { "retry-after": String(retryAfterSeconds) };
  return errorReply(status, codes[status] ?? "Error", message, pause);
}
