import { expect, it } from "vitest";
import type { Subject } from "#contract/report.ts";
import { subjectKey, subjectOfKey } from "./subject.ts";

it.each<Subject>([
  { kind: "file", path: "/a:b/c.qcow2" },
  { kind: "machine", machineId: "m1" },
  { kind: "image", imageId: "i1" },
])("$kind keys lead back to their subject", (subject) => {
  expect(subjectOfKey(subjectKey(subject))).toEqual(subject);
});

it.each(["", "file:", "nothing", "other:1"])("%j is no subject", (key) => {
  expect(subjectOfKey(key)).toBeNull();
});
