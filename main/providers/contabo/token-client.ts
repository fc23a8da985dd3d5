import { AppError } from "#core/lib/app-error.ts";
import { createHttp } from "#providers/http/create-http.ts";
import type { ClientOptions } from "#providers/provider.ts";
import { TokenErrorSchema, TokenReplySchema } from "./api.ts";

export interface TokenCredentials {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly username: string;
  readonly password: string;
}

export interface TokenClient {
  /** A token that is valid for some seconds at least. Rejects with what the token endpoint says. */
  token(signal: AbortSignal): Promise<string>;
  /** The API refused this one: it is not handed out again. */
  drop(token: string): void;
}

interface Held {
  readonly access: string;
  readonly accessEndsMs: number;
  readonly refresh: string | null;
  readonly refreshEndsMs: number;
}

/** Fetched anew so long before its end, so that a request does not arrive with a dead one. */
const marginMs = 20_000;
/** Of one request for a token. */
const fetchLimitMs = 60_000;

/**
 * OAuth password grant with refresh, as the publishers' tools do it (contabo/cntb, fybecom/fybe). However many ask,
 * one request for a token is under way; who gives up waiting does not end it for the others.
 */
export function createTokenClient(
  service: string,
  credentials: TokenCredentials,
  options: ClientOptions,
): TokenClient {
  const { clock } = options;
  const { tokenUrl, clientId, clientSecret, username, password } = credentials;
  assertPrivate(tokenUrl);
  const address = new URL(tokenUrl);
  const http = createHttp({
    ...options,
    service: `${service}'s token server`,
    baseUrl: address.origin,
    headers: async () => ({}),
    secrets: [clientSecret, password],
    // Whoever needs the token tries again, and asks for it again then.
    retry: { tries: 1, firstDelayMs: 0, longestDelayMs: 0 },
    messageOf: (body) => {
      const { error, error_description: description } = TokenErrorSchema.parse(body);
      return description ?? error;
    },
  });
  let held: Held | null = null;
  let underway: Promise<string> | null = null;

  async function grant(fields: Record<string, string>): Promise<string> {
    const startedMs = clock.nowMs();
    const { body } = await http({
      method: "POST",
      path: `${address.pathname}${address.search}`,
      form: { client_id: clientId, client_secret: clientSecret, ...fields },
      reply: TokenReplySchema,
      signal: AbortSignal.timeout(fetchLimitMs),
    });
    const endsIn = (seconds: number): number =>
      startedMs + seconds * 1000 - Math.min(marginMs, seconds * 200);
    held = {
      access: body.access_token,
      accessEndsMs: endsIn(body.expires_in),
      refresh: body.refresh_token ?? null,
      // Keycloak: 0 of an offline token, which does not end.
      refreshEndsMs: body.refresh_expires_in === 0 ? Infinity : endsIn(body.refresh_expires_in ?? 1),
    };
    return held.access;
  }

  async function renew(): Promise<string> {
    const refresh = held?.refresh ?? null;
    if (refresh !== null && clock.nowMs() < (held?.refreshEndsMs ?? 0)) {
      try {
        return await grant({ grant_type: "refresh_token", refresh_token: refresh });
      } catch (error) {
        // Refused: the session was ended at the other side. Anything else would befall a password as well.
        if (!refusedCodes.has(AppError.from(error).code)) throw error;
        held = null;
      }
    }
    return grant({ grant_type: "password", username, password });
  }

  return {
    async token(signal) {
      if (held !== null && clock.nowMs() < held.accessEndsMs) return held.access;
      underway ??= renew()
        .catch((error: unknown) => {
          throw withoutToken(error);
        })
        .finally(() => (underway = null));
      return untilAborted(underway, signal);
    },
    drop(token) {
      if (held?.access === token) held = { ...held, accessEndsMs: 0 };
    },
  };
}

const refusedCodes = new Set(["unauthorized", "provider-refused"]);

/**
 * For whoever waits for the token: the API was not asked yet (`processed: no`), and a 401 is the token server's, not
 * the API's.
 */
function withoutToken(error: unknown): AppError {
  const { code, message, hint, retry, details } = AppError.from(error);
  const { status, ...rest } = details;
  return new AppError(code, message, {
    hint,
    retry,
    details: { ...rest, tokenStatus: status, processed: "no" },
  });
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const stop = (): void =>
    aborted.reject(new AppError("cancelled", "Cancelled", { details: { processed: "no" } }));
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** The password goes there: only this machine itself is reached without encryption. */
function assertPrivate(tokenUrl: string): void {
  const url = URL.parse(tokenUrl);
  const loopback = url?.hostname === "localhost" || /^127(\.\d{1,3}){3}$/.test(url?.hostname ?? "");
  if (url?.protocol === "https:" || (url?.protocol === "http:" && loopback)) return;
  throw new AppError("bad-input", "The token address would send the password unencrypted", {
    hint: "Use an https address.",
  });
}
