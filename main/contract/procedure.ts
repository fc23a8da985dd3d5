import type { z } from "zod";

/**
 * Kinds of call. A query reads; a command changes and answers when the change is made or the job is
 * queued (the picture changes when the patch arrives); a stream yields values until either side ends it;
 * a byte stream yields raw bytes under credit-based flow control.
 */
export type Procedure =
  | { kind: "query" | "command"; input: z.ZodType; output: z.ZodType }
  | { kind: "stream"; input: z.ZodType; item: z.ZodType }
  | { kind: "bytes"; input: z.ZodType };

export const query = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) =>
  ({ kind: "query", input, output }) as const;
export const command = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) =>
  ({ kind: "command", input, output }) as const;
export const stream = <I extends z.ZodType, T extends z.ZodType>(input: I, item: T) =>
  ({ kind: "stream", input, item }) as const;
export const bytes = <I extends z.ZodType>(input: I) => ({ kind: "bytes", input }) as const;
