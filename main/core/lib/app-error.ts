import { errorWords, type ErrorCode, type WireError } from "#contract/errors.ts";

interface AppErrorOptions {
  hint?: string;
  retry?: WireError["retry"];
  details?: Record<string, unknown>;
  cause?: unknown;
}

/** The only error that reaches a user. `message` says what happened, `hint` what to do about it. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly retry: WireError["retry"];
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.hint = options.hint ?? errorWords[code].hint;
    this.retry = options.retry ?? "never";
    this.details = options.details ?? {};
  }

  static from(error: unknown): AppError {
    if (error instanceof AppError) return error;
    if (error instanceof Error) {
      if (error.name === "AbortError") return new AppError("cancelled", "Cancelled", { cause: error });
      const system = systemCode(error);
      if (system !== null) return new AppError(system, error.message, { cause: error, retry: "now" });
      return new AppError("internal", error.message, { cause: error, details: { stack: error.stack ?? "" } });
    }
    return new AppError("internal", String(error));
  }

  static fromWire(wire: WireError): AppError {
    return new AppError(wire.code, wire.message, wire);
  }

  toWire(): WireError {
    const { code, message, hint, retry, details } = this;
    return { code, message, hint, retry, details };
  }
}

/** errno(3) names that users cause or can mend. */
const systemCodes: Record<string, ErrorCode> = {
  ENOENT: "not-found",
  EACCES: "permission-denied",
  EPERM: "permission-denied",
  EEXIST: "already-exists",
  ENOSPC: "disk-full",
  EDQUOT: "disk-full",
  EADDRINUSE: "port-in-use",
  ECONNREFUSED: "network",
  ECONNRESET: "network",
  ENOTFOUND: "network",
  EHOSTUNREACH: "network",
  ETIMEDOUT: "network",
};

function systemCode(error: Error): ErrorCode | null {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return systemCodes[code] ?? null;
}
