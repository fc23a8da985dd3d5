import type { JobStatus, JobStep, JobView } from "#contract/job.ts";
import type { JobEvent } from "./events.ts";

type Created = Extract<JobEvent, { type: "created" }>;

export const initialView = (created: Created): JobView => ({
  id: created.id,
  kind: created.kind,
  title: created.title,
  status: "queued",
  steps: created.steps.map(({ name, title }) => ({
    name,
    title,
    status: "waiting",
    startedAt: null,
    endedAt: null,
    message: "",
    progress: null,
  })),
  error: null,
  result: null,
  subject: created.subject,
  createdAt: created.at,
  endedAt: null,
  attempt: 1,
});

/** Statuses that an event may be met in; anything else is a defect and leaves the view as it is. */
const allowed: Partial<Record<JobEvent["type"], readonly JobStatus[]>> = {
  queued: ["queued", "failed", "cancelled", "interrupted"],
  attempt: ["queued", "failed", "cancelled", "interrupted", "running", "cancelling"],
  "cancel-requested": ["queued", "running"],
  interrupted: ["queued", "running", "cancelling"],
  succeeded: ["running", "cancelling", "interrupted", "failed"],
  failed: ["queued", "running", "cancelling", "interrupted", "failed"],
  cancelled: ["queued", "running", "cancelling", "interrupted", "failed"],
};

/** The only place where a job's status moves. Pure: (view, event) -> view. */
export function reduceJob(view: JobView, event: JobEvent): JobView {
  const statuses = allowed[event.type];
  if (statuses !== undefined && !statuses.includes(view.status)) return view;
  switch (event.type) {
    case "created":
    case "note":
      return view;
    case "queued":
      return { ...view, status: "queued", error: null, endedAt: null };
    case "attempt": {
      const started = view.steps.some((step) => step.startedAt !== null) || view.endedAt !== null;
      return {
        ...view,
        status: "running",
        error: null,
        endedAt: null,
        attempt: started ? view.attempt + 1 : view.attempt,
        steps: view.steps.map((step) => (step.status === "done" ? step : waiting(step))),
      };
    }
    case "step-started":
      return withStep(view, event.name, {
        status: "running",
        startedAt: event.at,
        endedAt: null,
        message: "",
      });
    case "step-done":
      return withStep(view, event.name, { status: "done", endedAt: event.at });
    case "step-failed":
      return withStep(view, event.name, { status: "failed", endedAt: event.at });
    case "step-undone":
      return withStep(view, event.name, { status: "undone", progress: null });
    case "progress":
      return withStep(view, event.name, { progress: event.progress });
    case "message":
      return withStep(view, event.name, { message: event.text });
    case "cancel-requested":
      return { ...view, status: "cancelling" };
    case "interrupted":
      return { ...view, status: "interrupted" };
    case "succeeded":
      return { ...view, status: "succeeded", result: event.result, endedAt: event.at };
    case "failed":
      return { ...view, status: "failed", error: event.error, endedAt: event.at };
    case "cancelled":
      return { ...view, status: "cancelled", endedAt: event.at };
  }
}

export const isEnded = (status: JobStatus): boolean =>
  status === "succeeded" || status === "failed" || status === "cancelled";

const waiting = (step: JobStep): JobStep => ({
  ...step,
  status: "waiting",
  startedAt: null,
  endedAt: null,
  message: "",
  progress: null,
});

function withStep(view: JobView, name: string, change: Partial<JobStep>): JobView {
  return { ...view, steps: view.steps.map((step) => (step.name === name ? { ...step, ...change } : step)) };
}
