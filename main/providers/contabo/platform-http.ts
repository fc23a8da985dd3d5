import { randomUUID } from "node:crypto";
import { AppError } from "#core/lib/app-error.ts";
import { accessField, secretsOf } from "#providers/access.ts";
import { cleanText } from "#providers/http/clean-text.ts";
import { createHttp, type Http } from "#providers/http/create-http.ts";
import type { ClientOptions, ProviderAccess } from "#providers/provider.ts";
import { ErrorSchema } from "./api.ts";
import type { Platform } from "./platform.ts";
import { createTokenClient, type TokenClient } from "./token-client.ts";

/**
 * Calls the API with a token that is renewed as needed, also in the middle of long work, and a fresh
 * `x-request-id` (a uuid4, required on every call) for every try.
 */
export function createPlatformHttp(platform: Platform, access: ProviderAccess, options: ClientOptions): Http {
  const { manifest } = platform;
  const credential = (name: string): string => accessField(access, manifest, name);
  const tokens = createTokenClient(
    manifest.name,
    {
      tokenUrl: access.fields["tokenUrl"]?.trim() || platform.tokenUrl,
      clientId: credential("clientId"),
      clientSecret: credential("clientSecret"),
      username: credential("username"),
      password: credential("password"),
    },
    options,
  );
  let latest = "";
  const http = createHttp({
    ...options,
    service: manifest.name,
    baseUrl: access.apiBase,
    headers: async (_request, signal) => {
      latest = await tokens.token(signal);
      return { authorization: `Bearer ${latest}`, "x-request-id": randomUUID() };
    },
    secrets: secretsOf(access, manifest),
    messageOf: (body) => cleanText(messageOf(body) ?? "", [latest]),
  });
  return (request) =>
    withNewToken(
      () => http(request),
      tokens,
      () => latest,
    );
}

function messageOf(body: unknown): string | null {
  const message = ErrorSchema.safeParse(body).data?.message;
  return (typeof message === "string" ? message : message?.join("; ")) ?? null;
}

/** A token can die before its time (a new password, a restart of the token server): it is asked for once more. */
async function withNewToken<T>(send: () => Promise<T>, tokens: TokenClient, used: () => string): Promise<T> {
  try {
    return await send();
  } catch (error) {
    const failure = AppError.from(error);
    if (failure.code !== "unauthorized" || failure.details["status"] !== 401) throw failure;
    tokens.drop(used());
    return send();
  }
}
