import type { CompatibleShape } from "#contract/remote-special.ts";

/** What is typed for a shape; empty limits are none. */
export interface ShapeDraft {
  readonly shape: string;
  readonly ocpusMin: string;
  readonly ocpusMax: string;
  readonly memoryMin: string;
  readonly memoryMax: string;
}
export const emptyShape: ShapeDraft = {
  shape: "",
  ocpusMin: "",
  ocpusMax: "",
  memoryMin: "",
  memoryMax: "",
};

type Limits = CompatibleShape["ocpus"];

/** The shape as it is sent, or why it cannot be. */
export function shapeOf(draft: ShapeDraft): CompatibleShape | string {
  const shape = draft.shape.trim();
  if (shape === "") return "A shape is needed";
  const ocpus = limitsOf(draft.ocpusMin, draft.ocpusMax);
  if (ocpus === "wrong") return "The OCPUs are no range";
  const memoryGB = limitsOf(draft.memoryMin, draft.memoryMax);
  if (memoryGB === "wrong") return "The memory is no range";
  return { shape, ocpus, memoryGB };
}

function limitsOf(low: string, high: string): Limits | "wrong" {
  const [min, max] = [low, high].map((text) => (text.trim() === "" ? null : Number(text)));
  if (min === undefined || max === undefined) return "wrong";
  if (min === null && max === null) return null;
  if ([min, max].some((each) => each !== null && !(Number.isFinite(each) && each > 0))) return "wrong";
  return min !== null && max !== null && min > max ? "wrong" : { min, max };
}

/** `1 to 4 OCPU`; empty where there is no limit. */
export function limitWords(limits: Limits, unit: string): string {
  if (limits === null) return "";
  const { min, max } = limits;
  if (min !== null && max !== null) return min === max ? `${min} ${unit}` : `${min} to ${max} ${unit}`;
  if (min !== null) return `from ${min} ${unit}`;
  return max === null ? "" : `up to ${max} ${unit}`;
}
