import { createReadStream } from "node:fs";
import { dirname, resolve } from "node:path";
import type { InputOf, OutputOf } from "#contract/contract.ts";
import { BuildResultSchema, maxRecipeChars } from "#contract/recipe.ts";
import { AppError } from "#core/lib/app-error.ts";
import {
  defineCommand,
  firstPositional,
  flag,
  textOption,
  textsOption,
  UsageError,
  type CommandContext,
  type Session,
} from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { findByName } from "../find-by-name.ts";
import { followJob } from "../follow-job.ts";
import { formatDuration } from "../terminal/format.ts";
import { bold, dim, red } from "../terminal/style.ts";
import { explained, tellEarlier } from "./build-words.ts";

type Variable = OutputOf<"recipes.check">["variables"][number];

export const buildCommand = defineCommand({
  words: ["build"],
  summary: "Build a machine, and what the recipe makes of it, from a recipe",
  details:
    "Every stage ends in a checkpoint. When a stage fails the machine is kept for a look, and goldsmith job retry " +
    "goes on from the last checkpoint without repeating what was done. Secret variables are taken from the " +
    "environment (GOLDSMITH_VAR_<NAME>) or asked for, and never written down. With an image made, the machine is " +
    "removed at the end unless --keep is given.",
  positionals: [{ name: "RECIPE", required: true, many: false }],
  options: {
    name: { type: "string", value: "NAME", help: "Name of the machine (default: of the recipe)" },
    var: { type: "string", value: "NAME=VALUE", repeatable: true, help: "Value of a variable" },
    "from-checkpoint": {
      type: "string",
      value: "MACHINE:NAME",
      help: "Begin after this checkpoint of an earlier build, on a new machine",
    },
    keep: { type: "boolean", help: "Keep the machine also when an image was made from it" },
    check: { type: "boolean", help: "Only look for faults in the recipe; exit code 1 when there are some" },
  },
  examples: [
    "goldsmith build debian.yaml",
    "GOLDSMITH_VAR_PASSWORD=… goldsmith build debian.yaml --var user=craft --keep --json",
    "goldsmith build debian.yaml --from-checkpoint golden:installed",
    "goldsmith build debian.yaml --check",
  ],
  async run(context) {
    const path = resolve(firstPositional(context));
    const text = await readBeginning(path);
    const session = await context.session();
    const { problems, variables } = await session.client.call("recipes.check", { text }, context.signal);
    if (problems.length > 0 || flag(context, "check")) {
      if (context.json) context.printJson({ path, problems });
      else {
        for (const { line, column, message } of problems)
          context.out.line(`${path}:${line}:${column} ${red("error")} ${message}`);
        if (problems.length === 0) context.out.line(`${path} has no faults.`);
      }
      return problems.length > 0 ? exitCodes.failure : exitCodes.ok;
    }
    const name = textOption(context, "name");
    const { jobId } = await session.client.call(
      "recipes.build",
      {
        text,
        folder: dirname(path),
        keep: flag(context, "keep"),
        from: beginning(context, session),
        variables: await valuesOf(context, variables),
        ...(name === undefined ? {} : { name }),
      },
      context.signal,
    );
    const hasSecrets = variables.some(({ secret }) => secret);
    tellEarlier(context, session, { jobId, hasSecrets });
    const job = await followJob(context, session, jobId).catch((error: unknown) => {
      throw explained(context, session, AppError.from(error), { jobId, path, hasSecrets });
    });
    const result = BuildResultSchema.parse(job.result);
    const machine = session.state.machines[result.machineId] ?? null;
    const image = result.imageId === null ? null : (session.state.images[result.imageId] ?? null);
    if (context.json) context.printJson({ job, machine, image });
    else {
      context.out.line(
        `Built ${bold(name ?? job.title.replace(/^Build /, ""))} in ${formatDuration(result.elapsedMs)}`,
      );
      if (machine !== null) context.out.line(`  machine ${machine.name} (${machine.id})`);
      for (const { accountId, providerImageId, status } of result.published) {
        const account = session.state.accounts[accountId]?.name ?? accountId;
        context.out.line(
          `  published to ${account}: ${status}${providerImageId === null ? "" : ` (${providerImageId})`}`,
        );
      }
      if (image !== null) context.out.line(`  image ${image.name} (${image.id}) ${dim(image.path)}`);
    }
    return exitCodes.ok;
  },
});

/** One character more than a recipe may have is enough to say that there are too many. Pipes are read as well. */
async function readBeginning(path: string): Promise<string> {
  const pieces: Buffer[] = [];
  try {
    const most = maxRecipeChars * 4; // UTF-8 has at most four bytes for one
    for await (const piece of createReadStream(path, { end: most })) pieces.push(piece as Buffer);
  } catch (error) {
    throw AppError.from(error);
  }
  return Buffer.concat(pieces)
    .toString("utf8")
    .slice(0, maxRecipeChars + 1);
}

function beginning(context: CommandContext, session: Session): InputOf<"recipes.build">["from"] {
  const word = textOption(context, "from-checkpoint");
  if (word === undefined) return null;
  const [, machineName, checkpointName] = /^([^:]+):(.+)$/.exec(word) ?? [];
  if (machineName === undefined || checkpointName === undefined)
    throw new UsageError("--from-checkpoint: write MACHINE:NAME");
  const machine = findByName("machine", machineName, Object.values(session.state.machines));
  const checkpoint = findByName("checkpoint", checkpointName, machine.checkpoints);
  return { machineId: machine.id, checkpointId: checkpoint.id };
}

/** From --var, else the environment, else asked for. A secret on the command line is refused: other users see it. */
async function valuesOf(
  context: CommandContext,
  variables: readonly Variable[],
): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const word of textsOption(context, "var")) {
    const [, name, value] = /^([^=]+)=([\s\S]*)$/.exec(word) ?? [];
    if (name === undefined || value === undefined) throw new UsageError(`--var ${word}: write NAME=VALUE`);
    const variable = variables.find((one) => one.name === name);
    if (variable === undefined) throw new UsageError(`--var ${name}: the recipe has no such variable`);
    if (variable.secret)
      throw new UsageError(`--var ${name}: it is secret; set GOLDSMITH_VAR_${name.toUpperCase()} instead`);
    values[name] = value;
  }
  for (const { name, secret, hasDefault, prompt } of variables) {
    if (name in values) continue;
    const given = context.env[`GOLDSMITH_VAR_${name.toUpperCase()}`];
    if (given !== undefined) values[name] = given;
    else if (!hasDefault && secret && context.prompt.canAsk)
      values[name] = await context.prompt.secret(prompt);
  }
  return values;
}
