import type { ErrorCode } from "#contract/errors.ts";

/** 0 ok, 1 findings or failure, 2 usage, 3 unreadable input, 130 cancelled (128 + SIGINT, as shells count). */
export const exitCodes = { ok: 0, failure: 1, usage: 2, unreadable: 3, cancelled: 130 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Everything else is a failure. */
const special: Partial<Record<ErrorCode, ExitCode>> = {
  cancelled: exitCodes.cancelled,
  "image-unreadable": exitCodes.unreadable,
  "image-refused": exitCodes.unreadable,
  "not-bootable": exitCodes.unreadable,
};

export const exitCodeOf = (code: ErrorCode): ExitCode => special[code] ?? exitCodes.failure;
