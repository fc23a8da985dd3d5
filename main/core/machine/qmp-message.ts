import { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";

/** What QEMU sends, one JSON object a line (QEMU documentation, "QEMU Machine Protocol Specification"). */
const GreetingSchema = z.object({
  QMP: z.object({
    version: z.object({ qemu: z.object({ major: z.number(), minor: z.number(), micro: z.number() }) }),
  }),
});
const ReturnSchema = z
  .object({ return: z.unknown(), id: z.number().optional() })
  .refine((m) => "return" in m);
const ErrorSchema = z.object({
  error: z.object({ class: z.string(), desc: z.string() }),
  id: z.number().optional(),
});
const EventSchema = z.object({ event: z.string(), data: z.record(z.string(), z.unknown()).default({}) });

export interface QmpEvent {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export type QmpMessage =
  | { kind: "greeting" }
  | { kind: "return"; id: number | undefined; value: unknown }
  | { kind: "error"; id: number | undefined; errorClass: string; text: string }
  | { kind: "event"; event: QmpEvent };

/** Throws `protocol` for anything that is not a QMP message. */
export function parseQmpMessage(line: string): QmpMessage {
  const value = parseJson(line);
  if (typeof value === "object" && value !== null) {
    if ("event" in value) {
      const event = EventSchema.safeParse(value);
      if (event.success) return { kind: "event", event: { name: event.data.event, data: event.data.data } };
    } else if ("error" in value) {
      const failed = ErrorSchema.safeParse(value);
      if (failed.success) {
        const { id, error } = failed.data;
        return { kind: "error", id, errorClass: error.class, text: error.desc };
      }
    } else if ("return" in value) {
      const returned = ReturnSchema.safeParse(value);
      if (returned.success) return { kind: "return", id: returned.data.id, value: returned.data.return };
    } else if (GreetingSchema.safeParse(value).success) {
      return { kind: "greeting" };
    }
  }
  throw notQmp(line);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw notQmp(line);
  }
}

const notQmp = (line: string): AppError =>
  new AppError("protocol", "QEMU's control socket sent something that is not QMP", {
    details: { line: line.slice(0, 200) },
  });
