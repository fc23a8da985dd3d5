import { defineCommand, flag, type CommandContext } from "../command.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { needs, type Need } from "../setup/packages.ts";
import { findMissing, planSetup, type SetupPlan, type SetupWorld } from "../setup/plan.ts";
import { runInherited } from "../setup/run-inherited.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { bold, dim, green, red, yellow } from "../terminal/style.ts";
import { table } from "../terminal/table.ts";

export const setupCommand = defineCommand({
  words: ["setup"],
  summary: "Install what the system lacks, by its own package manager",
  details:
    "Finds missing programs, shows the exact commands, asks, and runs them. Nothing is installed without a yes: " +
    "at the terminal, by --yes, or by CI=true in the environment. Where it cannot install (no root, no sudo) it " +
    "prints the commands.",
  positionals: [],
  options: {
    yes: { type: "boolean", help: "Do not ask" },
    tests: { type: "boolean", help: "Also what the tests need (Chromium, sshd, Ceph, ...)" },
    "dry-run": { type: "boolean", help: "Only show what would be done" },
  },
  examples: ["goldsmith setup", "goldsmith setup --dry-run", "goldsmith setup --tests --yes"],
  async run(context) {
    const wanted = needs.filter(({ group }) => group !== "tests" || flag(context, "tests"));
    const world: SetupWorld = {
      processes: nodeProcesses,
      platform: process.platform,
      userId: process.getuid?.() ?? null,
      hasTerminal: context.prompt.canAsk,
    };
    const plan = await planSetup(world, await findMissing(world, wanted));
    if (!context.json) explain(plan, context);
    if (plan.missing.length === 0) return finish(context, plan, [], false);
    if (flag(context, "dry-run")) return finish(context, plan, plan.missing, false);
    if (plan.blocked !== null || plan.commands.length === 0)
      return finish(context, plan, plan.missing, false);
    if (!(await agreed(context))) return finish(context, plan, plan.missing, false);

    for (const command of plan.commands) {
      if (context.signal.aborted) return exitCodes.cancelled;
      if (!context.json) context.err.line(dim(`$ ${command.join(" ")}`));
      await runInherited(command);
    }
    return finish(context, plan, await findMissing(world, wanted), true);
  },
});

async function agreed(context: CommandContext): Promise<boolean> {
  if (flag(context, "yes") || context.env["CI"] === "true") return true;
  if (context.prompt.canAsk) return context.prompt.confirm("Install now?");
  if (!context.json) {
    context.err.line(
      yellow("Nothing was installed: there is no terminal to ask at. Add --yes, or run the commands."),
    );
  }
  return false;
}

function explain(plan: SetupPlan, { out, env }: CommandContext): void {
  if (plan.missing.length === 0) return;
  const rows = plan.missing.map((need) => [
    title(need),
    need.purpose,
    plan.manager === null ? "" : (need.packages[plan.manager.name]?.join(" ") ?? dim("not packaged here")),
  ]);
  for (const line of table(["MISSING", "WHAT FOR", "PACKAGE"], rows, out.columns)) out.line(line);
  out.line();
  if (plan.blocked !== null) out.line(yellow(plan.blocked));
  else if (plan.commands.length > 0) out.line(bold(env["CI"] === "true" ? "Runs" : "To be run"));
  for (const command of plan.commands) out.line(`  ${command.join(" ")}`);
}

function finish(
  context: CommandContext,
  plan: SetupPlan,
  stillMissing: readonly Need[],
  installed: boolean,
): ExitCode {
  // What this system has no package for and machines do not need is no failure of the set-up.
  const essential = stillMissing.filter(
    (need) => need.group === "machines" || !plan.notPackaged.includes(need),
  );
  const ok = flag(context, "dry-run") || essential.length === 0;
  if (context.json) {
    context.printJson({
      ok,
      installed,
      manager: plan.manager?.name ?? null,
      missing: plan.missing.map(title),
      commands: plan.commands,
      stillMissing: stillMissing.map(title),
      blocked: plan.blocked,
    });
  } else if (plan.missing.length === 0) context.out.line(green("Everything that is needed is there."));
  else if (installed) {
    if (stillMissing.length === 0)
      context.out.line(green("Installed. goldsmith doctor looks at everything."));
    else context.out.line((ok ? yellow : red)(`Still missing: ${stillMissing.map(title).join(", ")}`));
  }
  return ok ? exitCodes.ok : exitCodes.failure;
}

const title = (need: Need): string => need.programs[0];
