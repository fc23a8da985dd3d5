import type { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import type { Http } from "#providers/http/create-http.ts";
import type { Pagination } from "./api.ts";

/** No document names a limit; the publisher's tools ask for up to 100. */
const itemsPerPage = "100";
/** Far above what an account holds; ends a list that does not. */
const mostPages = 200;

type Page = { data: readonly unknown[]; _pagination: Pagination };

/** All pages of a list. Throws `protocol` when they do not end. */
export async function listPages<S extends z.ZodType<Page>>(
  http: Http,
  path: string,
  options: { reply: S; signal: AbortSignal; query?: Readonly<Record<string, string>> },
): Promise<z.output<S>[]> {
  const { reply, signal } = options;
  const pages: z.output<S>[] = [];
  for (let number = 1; number <= mostPages; number++) {
    const query = { ...options.query, size: itemsPerPage, page: String(number) };
    const { body } = await http({ method: "GET", path, query, reply, signal });
    pages.push(body);
    if (body.data.length === 0 || number >= body._pagination.totalPages) return pages;
  }
  throw new AppError("protocol", `The list ${path} does not end`);
}
