import { createHmac, randomUUID } from "node:crypto";
import { z } from "zod";
import { sameText, type EmulatorReply, type EmulatorRequest } from "#providers/emulation/json-server.ts";

/** What an emulated account's credentials are, made of one secret. */
export function credentialsOf(secret: string) {
  const derived = (use: string): string => createHmac("sha256", secret).update(use).digest("base64url");
  return {
    clientId: "practice-client",
    clientSecret: derived("client-secret").slice(0, 32),
    username: "practice@localhost",
    password: derived("password").slice(0, 32),
    signingKey: derived("signing-key"),
  };
}
type Credentials = ReturnType<typeof credentialsOf>;

const GrantSchema = z.object({
  client_id: z.string(),
  client_secret: z.string(),
  grant_type: z.string(),
  username: z.string().optional(),
  password: z.string().optional(),
  refresh_token: z.string().optional(),
});

const ClaimsSchema = z.object({ typ: z.string(), exp: z.number() });

/** Keycloak's defaults: an access token lives for five minutes, a session without use for thirty. */
export interface TokenLifetimes {
  readonly accessSeconds: number;
  readonly refreshSeconds: number;
}
export const usualLifetimes: TokenLifetimes = { accessSeconds: 300, refreshSeconds: 1_800 };

/**
 * Keycloak's token endpoint as far as a password grant needs it: errors of RFC 6749 5.2 in Keycloak's words, and
 * tokens that are JWTs with the claims which the publishers' tools read (tenantId, customerId, sub, exp …).
 */
export function createTokens(
  credentials: Credentials,
  options: { issuer: string; tenantId: string; customerId: string; lifetimes: TokenLifetimes },
) {
  const { clientId, clientSecret, username, password, signingKey } = credentials;
  const { issuer, tenantId, customerId, lifetimes } = options;

  const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signatureOf = (text: string): string =>
    createHmac("sha256", signingKey).update(text).digest("base64url");
  function sign(claims: object): string {
    const text = `${encoded({ alg: "HS256", typ: "JWT", kid: "practice" })}.${encoded(claims)}`;
    return `${text}.${signatureOf(text)}`;
  }
  function isValid(token: string, typ: "Bearer" | "Refresh"): boolean {
    const [header = "", payload = "", signature] = token.split(".");
    if (!sameText(signature, signatureOf(`${header}.${payload}`))) return false;
    const claims = ClaimsSchema.parse(JSON.parse(Buffer.from(payload, "base64url").toString()));
    return claims.typ === typ && claims.exp * 1000 > Date.now();
  }

  function issued(): EmulatorReply {
    const iat = Math.floor(Date.now() / 1000);
    const session = randomUUID();
    const common = { iat, iss: issuer, sub: customerId, azp: clientId, session_state: session, sid: session };
    const access = { exp: iat + lifetimes.accessSeconds, jti: randomUUID(), typ: "Bearer", aud: "account" };
    const refresh = { exp: iat + lifetimes.refreshSeconds, jti: randomUUID(), typ: "Refresh", aud: issuer };
    const who = { scope: "email profile", tenantId, customerId, preferred_username: username };
    return {
      status: 200,
      headers: { "cache-control": "no-store", pragma: "no-cache" },
      body: {
        access_token: sign({ ...access, ...common, ...who }),
        expires_in: lifetimes.accessSeconds,
        refresh_expires_in: lifetimes.refreshSeconds,
        refresh_token: sign({ ...refresh, ...common }),
        token_type: "Bearer",
        "not-before-policy": 0,
        session_state: session,
        scope: who.scope,
      },
    };
  }

  return {
    /** Answers a request to the token endpoint. */
    grant(request: EmulatorRequest): EmulatorReply {
      const parsed = GrantSchema.safeParse(request.body);
      if (request.method !== "POST" || !parsed.success)
        return failure(400, "invalid_request", "Missing form parameter");
      const { data } = parsed;
      if (!sameText(data.client_id, clientId) || !sameText(data.client_secret, clientSecret)) {
        return failure(401, "invalid_client", "Invalid client or Invalid client credentials");
      }
      if (data.grant_type === "refresh_token") {
        return isValid(data.refresh_token ?? "", "Refresh")
          ? issued()
          : failure(400, "invalid_grant", "Token is not active");
      }
      if (data.grant_type !== "password")
        return failure(400, "unsupported_grant_type", "Unsupported grant_type");
      const known = sameText(data.username, username) && sameText(data.password, password);
      return known ? issued() : failure(401, "invalid_grant", "Invalid user credentials");
    },
    /** Whether an `Authorization` header lets its request through. */
    allows(authorization: string | undefined): boolean {
      const token = /^Bearer (\S+)$/.exec(authorization ?? "")?.[1];
      return token !== undefined && isValid(token, "Bearer");
    },
  };
}

const failure = (status: number, error: string, description: string): EmulatorReply => ({
  status,
  body: { error, error_description: description },
});
