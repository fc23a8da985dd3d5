import { resolve } from "node:path";
import { defineCommand } from "../command.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { factLines } from "../fact-lines.ts";
import { bold, red } from "../terminal/style.ts";
import { exitCodeFor } from "./check.ts";

export const inspectCommand = defineCommand({
  words: ["inspect"],
  summary: "Show what is inside image files: format, partitions, system, cloud-init, sshd",
  details: "Reads the bytes only; nothing is booted or mounted. What could not be read is said.",
  positionals: [{ name: "FILE", required: true, many: true }],
  options: {},
  examples: ["goldsmith inspect disk.qcow2", "goldsmith inspect installer.iso --json | jq '.[0].facts.iso'"],
  async run(context) {
    const { client } = await context.session();
    const results: { path: string; facts: unknown; error: unknown }[] = [];
    let code: ExitCode = exitCodes.ok;
    for (const file of context.positionals) {
      const path = resolve(file);
      const report = await client.call("check.run", { subject: { kind: "file", path } }, context.signal);
      const { facts, error } = report;
      results.push({ path, facts, error });
      if (error !== null) code = exitCodeFor(report, 0);
      if (context.json) continue;
      if (results.length > 1) context.out.line();
      context.out.line(bold(file));
      if (facts !== null) for (const line of factLines(facts)) context.out.line(`  ${line}`);
      if (error === null) continue;
      context.out.line(`  ${red("cannot be read")}  ${error.message}`);
      context.out.line(`  ${error.hint}`);
    }
    if (context.json) context.printJson(results);
    return code;
  },
});
