import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { profiles } from "#providers/profiles.ts";
import { isDocumentLink } from "./outside-link.ts";

describe("isDocumentLink", () => {
  it("knows every document that a provider or a rule names", () => {
    const named = [...JSON.stringify(profiles).matchAll(/"url":"(https:[^"]+)"/g)].map(
      (match) => match[1] ?? "",
    );
    const folder = new URL("../../core/check/rules/", import.meta.url);
    const sources = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), "utf8"));
    const ruled = [...sources.join("\n").matchAll(/"(https:\/\/[^"]+)"/g)].map((match) => match[1] ?? "");
    const urls = [...named, ...ruled];
    expect(ruled.length).toBeGreaterThan(5);
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
