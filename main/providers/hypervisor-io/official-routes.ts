import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import type { Exchange } from "#providers/emulation/emulator.ts";

/**
 * For tests: the list of routes that the vendor's own clients are generated from, as a judge of requests. It names
 * methods and paths, no bodies. It lies beside the checkout, not in it.
 */
const path = new URL("../../../../shared/specs/hypervisor-io-routes.json", import.meta.url);
export const routesAreHere = existsSync(path);

const RoutesSchema = z.object({
  endpoints: z.array(z.object({ method: z.string(), path: z.string() })),
});

/** In the vendor's client (client/catalog.go), but not in the part of the list that is kept here. */
const alsoKnown = [
  "GET /api/cloud-service/location/{id}/plan-groups",
  "GET /api/cloud-service/location/{id}/plan-group/{id}/plans",
];

/** Answers what is wrong with an exchange by the list; empty when nothing is. */
export function createRouteJudge(): (exchange: Exchange) => string[] {
  const { endpoints } = RoutesSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  const templates = [...endpoints.map((each) => `${each.method} ${each.path}`), ...alsoKnown];
  const patterns = templates.map((template) => new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, "[^/]+")}$`));
  return ({ method, url }) => {
    const request = `${method} ${url.pathname}`;
    if (!patterns.some((pattern) => pattern.test(request)))
      return [`${request} is not in the list of routes`];
    const changes = url.pathname.startsWith("/api/v1/") && method !== "GET";
    return changes ? [`${request} changes what is the operator's`] : [];
  };
}
