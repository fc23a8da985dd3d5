import type { MachineView } from "#contract/machine.ts";
import type { RecipeStepName } from "#contract/recipe-document.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { PlacedStep, Recipe } from "./recipe.ts";

/** Steps that are done together and end in a checkpoint. */
export interface Stage {
  readonly kind: "stage";
  /** `stage-1` and so on: the name of its step in the job. */
  readonly name: string;
  readonly title: string;
  readonly steps: readonly PlacedStep[];
  readonly checkpoint: { readonly name: string; readonly note: string; readonly memory: boolean };
}

/** One step on the machine's disk while it is off, or on its image. */
export interface Afterwards {
  readonly kind: "afterwards";
  readonly name: string;
  readonly title: string;
  readonly step: Extract<PlacedStep, { name: "check" | "compact" | "publish" }>;
}

export type Part = Stage | Afterwards;

const titles = { check: "Check", compact: "Compact", publish: "Publish" } as const;

/**
 * Divides a recipe's steps: a `checkpoint` ends a stage, and so does a step that works on the disk or the image; what
 * is left at the end is a stage as well. Checkpoints without a name of the author's are named after their stage.
 */
export function planBuild({ steps }: Pick<Recipe, "steps">): Part[] {
  const parts: Part[] = [];
  let open: PlacedStep[] = [];
  let stages = 0;
  function close(given: { name: string; note: string; memory: boolean } | null): void {
    if (open.length === 0 && given === null) return;
    stages += 1;
    const words = given?.name ?? stageWords(open);
    parts.push({
      kind: "stage",
      name: `stage-${stages}`,
      title: words,
      steps: open,
      checkpoint: given ?? { name: `${stages}: ${words}`.slice(0, 80), note: "", memory: true },
    });
    open = [];
  }
  steps.forEach((step) => {
    if (step.name === "checkpoint") {
      const {
        name,
        note = "",
        memory = true,
      } = typeof step.value === "string" ? { name: step.value } : step.value;
      close({ name, note, memory });
    } else if (step.name === "check" || step.name === "compact" || step.name === "publish") {
      close(null);
      const count = parts.filter((part) => part.kind === "afterwards" && part.step.name === step.name).length;
      const name = count === 0 ? step.name : `${step.name}-${count + 1}`;
      parts.push({ kind: "afterwards", name, title: titles[step.name], step });
    } else open.push(step);
  });
  close(null);
  return parts;
}

/** Where a build begins that is not to begin with an empty disk. */
export interface Beginning {
  readonly machineId: string;
  readonly checkpointId: string;
  /** The checkpoint's, and that of the last stage that is not run again. */
  readonly name: string;
}

/** Throws `not-found` or `bad-input` when the checkpoint is no place in this recipe where a build can begin. */
export function beginAt(
  { machineId, checkpointId }: Omit<Beginning, "name">,
  parts: readonly Part[],
  { name: machine, checkpoints }: Pick<MachineView, "name" | "checkpoints">,
): Beginning {
  const found = checkpoints.find(({ id }) => id === checkpointId);
  if (found === undefined) throw new AppError("not-found", `${machine} has no such checkpoint`);
  const { name, withMemory } = found;
  if (!parts.some((part) => part.kind === "stage" && part.checkpoint.name === name)) {
    throw new AppError("bad-input", `The recipe has no checkpoint named ${name}`);
  }
  if (withMemory) {
    throw new AppError(
      "bad-input",
      `${name} is of a machine that ran: a new machine cannot go on with its memory`,
      {
        hint: "Begin at one that was made while the machine was off, or write `memory: false` and `boot` after it.",
      },
    );
  }
  return { machineId, checkpointId, name };
}

/** What is left to do after the stage with this checkpoint. */
export function partsAfter(parts: readonly Part[], from: Beginning | null): readonly Part[] {
  if (from === null) return parts;
  return parts.slice(
    parts.findIndex((part) => part.kind === "stage" && part.checkpoint.name === from.name) + 1,
  );
}

const words: Partial<Record<RecipeStepName, string>> = {
  boot: "boot",
  login: "log in",
  run: "run",
  copy: "copy",
  packages: "packages",
  seal: "seal",
  powerOff: "power off",
  waitForPowerOff: "power off",
  choose: "answer dialogs",
  type: "type",
};

/** What a stage without a name does, in the order in which it begins to. */
function stageWords(steps: readonly PlacedStep[]): string {
  const seen = [...new Set(steps.flatMap(({ name }) => words[name] ?? []))];
  const text = seen.slice(0, 4).join(", ") || "wait";
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
