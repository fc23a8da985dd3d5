import { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import { cleanText } from "#providers/http/clean-text.ts";
import type { RemoteImageState } from "#providers/provider.ts";
import { AdminItemSchema, SearchReplySchema } from "./api.ts";
import { listAll, type Panel } from "./panel-http.ts";

/** What can be seen of a file that was handed to an operator. */
export interface Registration {
  /** The image that is offered to this account under the name; null: none yet. */
  readonly offered: { readonly id: string; readonly name: string } | null;
  /** With an admin token: whether an image's entry names the file; null: cannot be known. */
  readonly entered: boolean | null;
  /** With an admin token: whether the panel's image browser sees the file on a storage; null: cannot be known. */
  readonly onStorage: boolean | null;
}

/** Images that the operator offers can be deployed like the account's own, but are in no list of those. */
export async function offeredImages(
  panel: Panel,
  search: string,
  signal: AbortSignal,
): Promise<{ id: string; name: string }[]> {
  const { results } = await panel({
    method: "GET",
    path: "/api/images/search",
    query: { search },
    reply: SearchReplySchema,
    signal,
  });
  return results.flatMap(({ children }) => children.map(({ id, text }) => ({ id, name: cleanText(text) })));
}

export const offeredState = ({ id, name }: { id: string; name: string }): RemoteImageState => ({
  providerImageId: id,
  name,
  // What is offered can be deployed; the panel tells no more about it.
  state: "available",
  providerStatus: "offered",
  errorMessage: null,
  source: "operator",
  progress: null,
  regions: [],
  sizeBytes: null,
  createdAt: null,
  description: null,
});

/** Looks whether an operator has registered a file. Reads only. */
export async function findRegistration(
  panels: { user: Panel; admin: Panel | null },
  handOff: { name: string; fileName: string },
  signal: AbortSignal,
): Promise<Registration> {
  const offers = await offeredImages(panels.user, handOff.name, signal);
  const offered = offers.find(({ name }) => name === handOff.name) ?? null;
  const { admin } = panels;
  if (admin === null) return { offered, entered: null, onStorage: null };
  const names = await listAll(admin, "/api/v1/images", AdminItemSchema, signal);
  return {
    offered,
    entered: names.some((item) => mentions(item, handOff.fileName)),
    onStorage: await seesFile(admin, handOff.fileName, signal),
  };
}

/** The shape of what it answers is not public, so every text in it is looked at. */
async function seesFile(admin: Panel, fileName: string, signal: AbortSignal): Promise<boolean | null> {
  try {
    const path = "/api/v1/image-browser";
    return mentions(await admin({ method: "GET", path, reply: z.unknown(), signal }), fileName);
  } catch (error) {
    const { code } = AppError.from(error);
    if (code === "not-found" || code === "provider-refused") return null;
    throw error;
  }
}

/** Whether a text in a value is the file's name, or a path that ends with it. */
function mentions(value: unknown, fileName: string, depth = 0): boolean {
  if (typeof value === "string") return value.split("/").at(-1) === fileName;
  if (typeof value !== "object" || value === null || depth > 6) return false;
  return Object.values(value).some((inner) => mentions(inner, fileName, depth + 1));
}
