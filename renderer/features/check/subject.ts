import type { Subject } from "#contract/report.ts";

/** The key of a subject's report in the state, as the core makes it. */
export function subjectKey(subject: Subject): string {
  switch (subject.kind) {
    case "file":
      return `file:${subject.path}`;
    case "machine":
      return `machine:${subject.machineId}`;
    case "image":
      return `image:${subject.imageId}`;
  }
}

/** The subject that a report screen's address names; null when it names none. */
export function subjectOfKey(key: string): Subject | null {
  const colon = key.indexOf(":");
  const rest = key.slice(colon + 1);
  if (colon < 0 || rest === "") return null;
  const kind = key.slice(0, colon);
  if (kind === "file") return { kind, path: rest };
  if (kind === "machine") return { kind, machineId: rest };
  if (kind === "image") return { kind, imageId: rest };
  return null;
}
