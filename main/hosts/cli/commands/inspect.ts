import { resolve } from "node:path";
import type { InspectDocument } from "#contract/published.ts";
import { toPublishedError } from "#core/check/export/check-document.ts";
import { assertNoStdin, exitCodeOfUnread, worstCode } from "../check-words.ts";
import { defineCommand } from "../command.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { factLines } from "../fact-lines.ts";
import { showUnpacking } from "../show-unpacking.ts";
import { bold, red } from "../terminal/style.ts";

export const inspectCommand = defineCommand({
  words: ["inspect"],
  summary: "Show what is inside image files: format, partitions, system, cloud-init, sshd",
  details:
    "Reads the bytes only; nothing is booted or mounted. What could not be read is said. -- goes before names " +
    "that begin with a dash.\n" +
    "Exit code 0: all were read; 3: a file could not be read; 130: cancelled. " +
    "--json prints {schemaVersion, files: [{path, facts, error}]}; its schema is " +
    "resources/schemas/inspect.schema.json.",
  positionals: [{ name: "FILE", required: true, many: true }],
  options: {},
  examples: [
    "goldsmith inspect disk.qcow2",
    "goldsmith inspect installer.iso --json | jq '.files[0].facts.iso'",
  ],
  async run(context) {
    assertNoStdin(context.positionals);
    const session = await context.session();
    const { client } = session;
    const files: InspectDocument["files"] = [];
    const codes: ExitCode[] = [];
    for (const file of context.positionals) {
      const path = resolve(file);
      if (!context.json) context.err.status(`Reading ${file}`);
      const reading = client.call("check.run", { subject: { kind: "file", path } }, context.signal);
      if (!context.json && context.err.isTerminal) {
        void showUnpacking(session, `file:${path}`, context.signal, context.err, file);
      }
      const report = await reading;
      const { facts, error } = report;
      files.push({ path, facts, error: error === null ? null : toPublishedError(error) });
      codes.push(error === null ? exitCodes.ok : exitCodeOfUnread(error));
      if (context.json) continue;
      context.err.status("");
      if (files.length > 1) context.out.line();
      context.out.line(bold(path));
      if (facts !== null) {
        for (const line of factLines(facts, context.out.columns)) context.out.line(`  ${line}`);
      }
      if (error === null) continue;
      context.out.line(`  ${red("cannot be read")}  ${error.message}`);
      context.out.line(`  ${error.hint}`);
    }
    if (context.json) context.printJson({ schemaVersion: 1, files } satisfies InspectDocument);
    return worstCode(codes);
  },
});
