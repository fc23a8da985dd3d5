import { expect, it } from "vitest";
import type { Finding } from "#contract/finding.ts";
import { findingsToTell } from "./findings-to-tell.ts";

const finding = (level: Finding["level"], title: string): Finding => ({
  id: title,
  level,
  title,
  where: "",
  source: { document: "", url: null },
  consequence: "",
  fix: null,
});
const verdict = {
  level: "error" as const,
  findings: [
    finding("error", "No cloud-init"),
    finding("error", "No sshd"),
    finding("warning", "Old kernel"),
    finding("unknown", "Network"),
    finding("pass", "ext4"),
  ],
};
const titles = (open: boolean, notes: { blocks: boolean; text: string; fix: string }[] = []) =>
  findingsToTell(verdict, notes, open).map(({ title }) => title);

it("errors are told at once, warnings and doubts when asked, and nothing twice", () => {
  expect(titles(false)).toEqual(["No cloud-init", "No sshd"]);
  expect(titles(true)).toEqual(["No cloud-init", "No sshd", "Old kernel", "Network"]);
  expect(titles(false, [{ blocks: true, text: "No sshd: nobody could log in", fix: "" }])).toEqual([
    "No cloud-init",
  ]);
  expect(findingsToTell(undefined, [], true)).toEqual([]);
});
