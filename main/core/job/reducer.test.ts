import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JobViewSchema } from "#contract/job.ts";
import type { JobEvent } from "./events.ts";
import { initialView, isEnded, reduceJob } from "./reducer.ts";

const at = "2026-01-02T03:04:05.000Z";
const created = {
  type: "created",
  version: 1,
  id: "j1",
  kind: "publish",
  title: "Publish",
  subject: {},
  steps: [{ name: "stage", title: "Upload" }],
  input: {},
  at,
} as const satisfies JobEvent;

const events: fc.Arbitrary<JobEvent> = fc.constantFrom<JobEvent>(
  { type: "queued" },
  { type: "attempt", at },
  { type: "step-started", name: "stage", at },
  { type: "step-done", name: "stage", value: 1, at },
  { type: "step-failed", name: "stage", at },
  { type: "step-undone", name: "stage", at },
  { type: "message", name: "stage", text: "pending" },
  { type: "cancel-requested" },
  { type: "interrupted" },
  { type: "succeeded", result: 1, at },
  { type: "failed", error: { code: "network", message: "m", hint: "h", retry: "now", details: {} }, at },
  { type: "cancelled", at },
);

describe("job reducer", () => {
  it("gives a valid view for every order of events, and never leaves success", () => {
    fc.assert(
      fc.property(fc.array(events, { maxLength: 40 }), (list) => {
        let view = initialView(created);
        for (const event of list) {
          const before = view;
          view = reduceJob(view, event);
          JobViewSchema.parse(view);
          if (before.status === "succeeded") expect(view.status).toBe("succeeded");
          if (isEnded(view.status)) expect(view.endedAt).not.toBeNull();
        }
      }),
    );
  });

  it("counts attempts from the second start on and keeps finished steps", () => {
    const list: JobEvent[] = [
      { type: "attempt", at },
      { type: "step-started", name: "stage", at },
      { type: "step-done", name: "stage", value: 1, at },
      { type: "interrupted" },
      { type: "attempt", at },
    ];
    const view = list.reduce(reduceJob, initialView(created));
    expect(view).toMatchObject({ status: "running", attempt: 2, steps: [{ status: "done" }] });
  });

  it("ignores a cancel after the end", () => {
    const view = reduceJob(reduceJob(initialView(created), { type: "attempt", at }), {
      type: "succeeded",
      result: 1,
      at,
    });
    expect(reduceJob(view, { type: "cancel-requested" })).toBe(view);
  });
});
