import { describe, expect, it } from "vitest";
import { entryMatches } from "./menu-entries.ts";

describe("entryMatches", () => {
  it.each([
    ["Equatorial Guinea", "Guinea", false],
    ["Guinea", "guinea", true],
    ["English               -  English", "English", true],
    ["[*] SSH server", "SSH server", true],
    ["[ ] Debian desktop environment", "Debian desktop environment", true],
    ["<Go Back>", "Go Back", true],
    ["[  OK  ]", "ok", true],
    ["<Continue>", "<Continue>", true],
    ["Graphical install", "Install", false],
  ])("%s is %s: %s", (entry, wanted, is) => {
    expect(entryMatches(entry, wanted)).toBe(is);
    expect(entryMatches(entry, new RegExp(wanted.replaceAll(/[[\]]/g, "."), "i"))).toBe(true);
  });
});
