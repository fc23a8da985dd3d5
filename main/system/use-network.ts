import http from "node:http";
import tls from "node:tls";
import { proxySettings } from "./proxy-settings.ts";
import { trustedCertificates } from "./trusted-certificates.ts";

/**
 * Makes this process reach the network as its computer does: through its proxies, trusting whom it trusts. Hosts call
 * it once, before the first connection. It holds for `fetch` and node:http(s) alike; agents of their own (the S3 and
 * OCI stores have them) take the proxy from `process.env`, which is completed here. Answers what cannot be used.
 */
export async function useNetwork(
  env: Record<string, string | undefined> = process.env,
): Promise<readonly string[]> {
  const proxy = proxySettings(env);
  const problems = [...proxy.problems];
  /** Without it the app still works on this computer: told, never thrown. An older Node lacks these functions. */
  const attempt = (what: string, work: () => void): void => {
    try {
      work();
    } catch (error) {
      problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  if (Object.keys(proxy.variables).length > 0) {
    for (const [name, value] of Object.entries(proxy.variables)) {
      // In small letters they come first for Node, too.
      for (const each of [name, name.toLowerCase()]) env[each] = value;
    }
    attempt("The proxy cannot be used", () => void http.setGlobalProxyFromEnv(proxy.variables));
  }
  const trusted = await trustedCertificates(env);
  problems.push(...trusted.problems);
  attempt("The system's certificates cannot be used", () =>
    tls.setDefaultCACertificates(trusted.certificates),
  );
  return problems;
}
