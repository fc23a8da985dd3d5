import { z } from "zod";
import type { ErrorCode } from "#contract/errors.ts";
import { AppError } from "#core/lib/app-error.ts";
import { secretsOf } from "#providers/access.ts";
import { cleanText } from "#providers/http/clean-text.ts";
import { createHttp, type HttpRequest } from "#providers/http/create-http.ts";
import type { ClientOptions, ProviderAccess } from "#providers/provider.ts";
import { ErrorSchema, FailureSchema, pageOf } from "./api.ts";
import { manifest } from "./manifest.ts";

/** Far above what an account holds; ends a list that does not. */
const mostPages = 500;

/** Sends one request with one of the two tokens, and tells a failure that came with status 200 from a success. */
export type Panel = <S extends z.ZodType>(request: HttpRequest<S>) => Promise<z.output<S>>;

const tokenHint =
  "Is the token enabled and not expired, has it the rights that are needed, and is it registered for the address that this computer has on the Internet?";

/** `path` is below the panel's root, e.g. `/api/images`. */
export function connectPanel(access: ProviderAccess, token: string, options: ClientOptions): Panel {
  const secrets = secretsOf(access, manifest);
  const http = createHttp({
    ...options,
    service: manifest.name,
    baseUrl: rootOf(access.apiBase),
    headers: async () => ({ authorization: `Bearer ${token}` }),
    secrets,
    messageOf,
  });
  return async <S extends z.ZodType>(request: HttpRequest<S>): Promise<z.output<S>> => {
    const reply = z.union([
      FailureSchema.transform(({ message }) => new Failure(message ?? "")),
      request.reply,
    ]);
    try {
      const { body } = await http({ ...request, reply });
      if (body instanceof Failure) throw failureError(cleanText(body.message, secrets));
      return body as z.output<S>;
    } catch (error) {
      throw explained(error);
    }
  };
}

class Failure {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** All pages of a list. Throws `protocol` when they do not end. */
export async function listAll<S extends z.ZodType>(
  panel: Panel,
  path: string,
  item: S,
  signal: AbortSignal,
): Promise<z.output<S>[]> {
  const found: z.output<S>[] = [];
  for (let page = 1; page <= mostPages; page++) {
    const reply = await panel({
      method: "GET",
      path,
      query: { page: String(page) },
      reply: pageOf(item),
      signal,
    });
    found.push(...reply.data);
    if (reply.data.length === 0 || page >= lastPage(reply, found.length, page)) return found;
  }
  throw new AppError("protocol", `The list ${path} of ${manifest.name} does not end`);
}

/** `last_page` is not in every paginator (Laravel's simple one has none). */
function lastPage(
  reply: { last_page?: number | null | undefined; total?: number | null | undefined },
  soFar: number,
  page: number,
): number {
  if (typeof reply.last_page === "number") return reply.last_page;
  return typeof reply.total === "number" && soFar >= reply.total ? page : page + 1;
}

/** Operators write the address of their panel with `/api` behind it, or without. */
const rootOf = (apiBase: string): string => apiBase.replace(/\/+$/, "").replace(/\/api(\/v1)?$/, "");

function messageOf(body: unknown): string | null {
  const error = ErrorSchema.safeParse(body).data;
  if (error === undefined) return null;
  const fields = Object.entries(error.errors ?? {}).map(([field, words]) => `${field}: ${words.join(" ")}`);
  const words = [error.message ?? error.error ?? "", ...fields].filter((part) => part !== "");
  return words.length === 0 ? null : words.join(" – ");
}

/** What the documentation's troubleshooting says about the panel's words. */
const known: readonly { words: RegExp; code: ErrorCode; hint: string }[] = [
  {
    words: /not enabled/i,
    code: "provider-refused",
    hint: "The operator has to enable custom images in the settings of the instance's location.",
  },
  {
    words: /maximum image limit/i,
    code: "quota-exceeded",
    hint: "Delete an image that is not needed, or ask the operator to raise the limit.",
  },
];

/** A write that failed with status 200. */
function failureError(message: string): AppError {
  return new AppError("provider-refused", `${manifest.name} refused the request: ${message}`, {
    details: { status: 200, processed: "no" },
  });
}

function explained(error: unknown): AppError {
  const failure = AppError.from(error);
  const { message, retry, details } = failure;
  if (failure.code === "unauthorized") {
    return new AppError("unauthorized", message, { hint: tokenHint, retry, details, cause: failure.cause });
  }
  if (failure.code !== "provider-refused") return failure;
  const match = known.find(({ words }) => words.test(message));
  if (match === undefined) return failure;
  return new AppError(match.code, message, { hint: match.hint, retry, details, cause: failure.cause });
}
