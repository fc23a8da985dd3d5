import { describe, expect, it } from "vitest";
import { proxySettings } from "./proxy-settings.ts";

const loopback = "localhost,127.0.0.1,127.0.0.0-127.255.255.255,[::1],::1";

describe("proxySettings", () => {
  it.each([
    ["nothing", {}, {}],
    ["empty values", { HTTPS_PROXY: "", no_proxy: "x" }, {}],
    [
      "both, small letters first",
      { HTTPS_PROXY: "http://a:1", https_proxy: "http://b:2", HTTP_PROXY: "https://c" },
      { HTTPS_PROXY: "http://b:2/", HTTP_PROXY: "https://c/", NO_PROXY: loopback },
    ],
    [
      "an address without a scheme",
      { https_proxy: "proxy:3128" },
      { HTTPS_PROXY: "http://proxy:3128/", NO_PROXY: loopback },
    ],
    [
      "one for all, and exceptions",
      { ALL_PROXY: "http://p:1", NO_PROXY: ".corp.example, 10.0.0.1 localhost" },
      {
        HTTP_PROXY: "http://p:1/",
        HTTPS_PROXY: "http://p:1/",
        NO_PROXY: `.corp.example,10.0.0.1,${loopback}`,
      },
    ],
  ])("reads %s", (_name, env, variables) => {
    const { NO_PROXY, ...settings } = { NO_PROXY: "", ...proxySettings(env).variables };
    const { NO_PROXY: expectedDirect = "", ...expected } = variables as Record<string, string>;
    expect(settings).toEqual(expected);
    expect(new Set(NO_PROXY.split(","))).toEqual(new Set(expectedDirect.split(",")));
    expect(proxySettings(env).problems).toEqual([]);
  });

  it.each([
    ["socks5h://me:canary@host:1", "names a socks5h proxy"],
    ["http://", "is not the address"],
    ["http://me:canary@[", "is not the address"],
  ])("says that %s is of no use, without its password", (value, words) => {
    const { variables, problems } = proxySettings({ ALL_PROXY: value });
    expect(variables).toEqual({});
    expect(problems).toEqual([expect.stringContaining(words)]);
    expect(problems.join()).not.toContain("canary");
  });
});
