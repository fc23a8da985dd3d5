import { describe, expect, it } from "vitest";
import { profiles } from "#providers/profiles.ts";
import { isDocumentLink } from "./outside-link.ts";

describe("isDocumentLink", () => {
  it("knows every document that a provider's rule names", () => {
    const urls = [...JSON.stringify(profiles).matchAll(/"url":"([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(urls.length).toBeGreaterThan(5);
    expect(urls.filter((url) => !isDocumentLink(url))).toEqual([]);
  });

  it.each([
    "http://docs.oracle.com/",
    "https://docs.oracle.com.evil.example/",
    "https://evil.example/https://docs.oracle.com/",
    "https://docs.oracle.com@evil.example/",
    "https://user:pw@docs.oracle.com/",
    "https://docs.oracle.com:8443/",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "smb://docs.oracle.com/share",
    "",
  ])("refuses %j", (url) => expect(isDocumentLink(url)).toBe(false));
});
