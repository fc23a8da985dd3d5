import { AppError } from "#core/lib/app-error.ts";
import type { Http } from "#providers/http/create-http.ts";
import type { z } from "zod";
import { manifest } from "./manifest.ts";

/** Far above what an account holds; ends a list whose pages go in a circle. */
const mostPages = 500;
const itemsPerPage = 100;

/** All items of a list: each answer names the next page in `opc-next-page`. */
export async function allPages<T>(
  http: Http,
  request: {
    path: string;
    query?: Readonly<Record<string, string>>;
    reply: z.ZodType<T[]>;
    signal: AbortSignal;
  },
): Promise<T[]> {
  const items: T[] = [];
  let page: string | null = null;
  for (let count = 1; ; count++) {
    if (count > mostPages) throw new AppError("protocol", `A list of ${manifest.name} does not end`);
    const query: Record<string, string> = { ...request.query, limit: String(itemsPerPage) };
    if (page !== null) query["page"] = page;
    const reply = await http({ ...request, method: "GET", query });
    items.push(...reply.body);
    page = reply.headers.get("opc-next-page");
    if (page === null || page === "") return items;
  }
}
