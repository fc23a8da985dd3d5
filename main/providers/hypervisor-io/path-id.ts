import { AppError } from "#core/lib/app-error.ts";
import { cleanText } from "#providers/http/clean-text.ts";

/** An id as it may stand in an address: a UUID, or a number. Everything else is refused before anything is sent. */
export function pathId(id: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id) || /^\d{1,18}$/.test(id)) return id;
  throw new AppError("bad-input", `${JSON.stringify(cleanText(id))} is not an id of Hypervisor.io`, {
    details: { processed: "no" },
  });
}
