import { describe, expect, it } from "vitest";
import { isWindowResource, isWindowUrl } from "./window-origin.ts";

describe("isWindowUrl", () => {
  it.each(["app://goldsmith/", "app://goldsmith/#/doctor"])("takes %s", (url) => {
    expect(isWindowUrl(url)).toBe(true);
  });
  it.each([
    "app://goldsmith/other.html",
    "app://goldsmith/?x",
    "app://goldsmith.evil/",
    "app://evil/",
    "apps://goldsmith/",
    "https://goldsmith/",
    "file:///",
    "about:blank",
    "",
  ])("refuses %j", (url) => expect(isWindowUrl(url)).toBe(false));
});

describe("isWindowResource", () => {
  it("lets the window's own files pass and nothing from the network", () => {
    expect(isWindowResource("app://goldsmith/assets/a.js")).toBe(true);
    expect(isWindowResource("https://example.com/a.js")).toBe(false);
    expect(isWindowResource("app://goldsmith.evil/a.js")).toBe(false);
    expect(isWindowResource("file:///etc/passwd")).toBe(false);
  });
});
