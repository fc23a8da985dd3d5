/** The variables that name proxies, as Node reads them ("Built-in Proxy Support"). */
export interface ProxySettings {
  /** Empty: everything is reached directly. */
  readonly variables: Readonly<Partial<Record<"HTTP_PROXY" | "HTTPS_PROXY" | "NO_PROXY", string>>>;
  /** What was set and cannot be used, in words without passwords. */
  readonly problems: readonly string[];
}

/** This computer itself is never reached through a proxy: practice accounts and the browser host live there. */
const loopback = ["localhost", "127.0.0.1", "127.0.0.0-127.255.255.255", "[::1]", "::1"];

/**
 * HTTP_PROXY, HTTPS_PROXY, NO_PROXY and curl's ALL_PROXY for what the first two leave open, in small letters first,
 * as curl and Node read them. Only http and https proxies can be used.
 */
export function proxySettings(env: Readonly<Record<string, string | undefined>>): ProxySettings {
  const value = (name: string): string => (env[name.toLowerCase()] || env[name] || "").trim();
  const problems: string[] = [];
  const usable = (name: "HTTP_PROXY" | "HTTPS_PROXY"): Record<string, string> => {
    const from = value(name) === "" ? "ALL_PROXY" : name;
    const text = value(from);
    if (text === "") return {};
    const url = URL.parse(/^[a-z0-9+.-]+:\/\//i.test(text) ? text : `http://${text}`);
    if (url !== null && /^https?:$/.test(url.protocol) && url.hostname !== "") return { [name]: url.href };
    problems.push(
      url === null
        ? `${from} is not the address of a proxy`
        : `${from} names a ${url.protocol.slice(0, -1)} proxy; Goldsmith can use http and https proxies only`,
    );
    return {};
  };
  const proxies = { ...usable("HTTP_PROXY"), ...usable("HTTPS_PROXY") };
  const told = [...new Set(problems)];
  if (Object.keys(proxies).length === 0) return { variables: {}, problems: told };
  const direct = [...value("NO_PROXY").split(/[\s,]+/), ...loopback].filter((entry) => entry !== "");
  return { variables: { ...proxies, NO_PROXY: [...new Set(direct)].join(",") }, problems: told };
}
