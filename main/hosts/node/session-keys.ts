import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/**
 * Who may talk to the browser host. The printed address holds a token that opens exactly one session; the
 * session's key then travels in a cookie. Both live as long as the process.
 */
export interface SessionKeys {
  /** The token of the address, which `redeem` takes once. */
  readonly token: string;
  /** Answers the value for the cookie, or null when the token is wrong or used up. */
  redeem(token: string): string | null;
  isSession(key: string): boolean;
}

const newKey = (): string => randomBytes(32).toString("base64url");

export function createSessionKeys(): SessionKeys {
  const token = newKey();
  const sessions: string[] = [];
  let used = false;
  return {
    token,
    redeem: (given) => {
      if (!isEqual(given, token) || used) return null;
      used = true;
      const key = newKey();
      sessions.push(key);
      return key;
    },
    isSession: (key) => sessions.some((session) => isEqual(key, session)),
  };
}

/** Constant time; hashed first so that lengths are equal and tell nothing. */
const isEqual = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
