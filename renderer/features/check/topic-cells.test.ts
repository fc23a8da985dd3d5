import { expect, it } from "vitest";
import type { Finding, Level } from "#contract/finding.ts";
import { topicCell, topicsOf } from "./topic-cells.ts";

const finding = (id: string, level: Level): Finding => ({
  id,
  level,
  title: id,
  where: "",
  source: { document: "", url: null },
  consequence: "",
  fix: null,
});
const verdict = {
  level: "error" as const,
  findings: [
    finding("sshd.enabled", "error"),
    finding("sshd.installed", "pass"),
    finding("new.rule", "info"),
  ],
};

it("sums up what the rules of one topic say", () => {
  expect(topicCell(verdict, "ssh")).toEqual({ level: "error", openCount: 1, words: "1 error, 1 passed" });
  expect(topicCell(verdict, "network")).toBeNull();
});

it("has a column for what is spoken on, also by rules it does not know", () => {
  expect(topicsOf({ kvm: verdict }).map(({ id }) => id)).toEqual(["ssh", "other"]);
});
