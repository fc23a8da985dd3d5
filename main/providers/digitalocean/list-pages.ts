import type { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import type { Http } from "#providers/http/create-http.ts";
import { manifest } from "./manifest.ts";

/** For lists whose document knows `per_page`: 1 to 200. */
export const longPages: Readonly<Record<string, string>> = { per_page: "200" };
/** Far above what an account holds; ends a list whose pages go in a circle. */
const mostPages = 200;

type Page = { links?: { pages?: { next?: string | undefined } | null | undefined } | null | undefined };

/** All pages of a list. Throws `protocol` when they do not end. */
export async function listPages<S extends z.ZodType<Page>>(
  http: Http,
  path: string,
  options: { reply: S; signal: AbortSignal; query?: Readonly<Record<string, string>> },
): Promise<z.output<S>[]> {
  const { reply, signal, query = {} } = options;
  const pages: z.output<S>[] = [];
  let next: { path: string; query?: Readonly<Record<string, string>> } | null = { path, query };
  while (next !== null) {
    if (pages.length === mostPages) throw new AppError("protocol", `${manifest.name}'s list does not end`);
    const page: z.output<S> = (await http({ method: "GET", ...next, reply, signal })).body;
    pages.push(page);
    const link: string | undefined = page.links?.pages?.next;
    next = link === undefined || link === "" ? null : { path: link };
  }
  return pages;
}
