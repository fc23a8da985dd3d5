import { isAbsolute } from "node:path";
import type { Handlers } from "#core/handlers.ts";
import type { Jobs } from "#core/job/runner.ts";
import { AppError } from "#core/lib/app-error.ts";
import { newId } from "#core/library/new-id.ts";
import type { Machines } from "#core/machine/machines.ts";
import type { Secrets } from "#ports/ports.ts";
import type { createBuildJob } from "./build-job.ts";
import { assertNeeds } from "./build-needs.ts";
import { beginAt, planBuild } from "./build-plan.ts";
import { parseRecipe, readRecipe } from "./read-recipe.ts";
import { keepVariables } from "./recipe-secrets.ts";
import type { Recordings } from "./recording/recordings.ts";
import { substitute } from "./variables.ts";

type RecipeCall = Extract<keyof Handlers, `recipes.${string}` | `recording.${string}`> | "console.write";
const done = {};

/** The recipes' part of the contract; what is typed at a console passes the recordings. */
export function recipeHandlers(deps: {
  secrets: Secrets;
  machines: Pick<Machines, "view">;
  jobs: Jobs;
  build: ReturnType<typeof createBuildJob>;
  recordings: Recordings;
  findAccount: (nameOrId: string) => string;
}): Pick<Handlers, RecipeCall> {
  const { secrets, machines, jobs, build, recordings, findAccount } = deps;
  return {
    "recipes.check": async ({ text }) => {
      const { recipe, problems } = readRecipe(text);
      const variables = Object.entries(recipe?.head.variables ?? {}).map(([name, one]) => ({
        name,
        secret: typeof one === "object" && one.secret === true,
        hasDefault: typeof one === "string" || one.default !== undefined,
        prompt: typeof one === "object" ? (one.prompt ?? name) : name,
      }));
      return { problems: [...problems], variables };
    },
    "recipes.build": async ({ text, folder, name, keep, from, variables }) => {
      if (!isAbsolute(folder)) throw new AppError("bad-input", `${folder} is not an absolute path`);
      const recipe = parseRecipe(text);
      const begin = from === null ? null : beginAt(from, planBuild(recipe), machines.view(from.machineId));
      const kept = await keepVariables(recipe, variables, secrets);
      try {
        await assertNeeds(recipe, kept.plain, { folder, findAccount });
      } catch (error) {
        if (kept.secretsName !== null) await secrets.remove(kept.secretsName);
        throw error;
      }
      const title = name ?? substitute(recipe.head.name, new Map(Object.entries(kept.plain)));
      const input = { machineId: newId(), text, folder, name: title, keep, from: begin, variables: kept };
      return { jobId: await jobs.start(build, input) };
    },
    "recording.start": async ({ machineId }) => {
      await recordings.start(machineId);
      return done;
    },
    "recording.stop": async ({ machineId }) => ({ recipe: await recordings.stop(machineId) }),
    "console.write": async ({ machineId, text }, signal) => {
      await recordings.write(machineId, text, signal);
      return done;
    },
  };
}
