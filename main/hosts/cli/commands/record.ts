import { resolve } from "node:path";
import { defineCommand, firstPositional, textOption } from "../command.ts";
import { findByName } from "../find-by-name.ts";
import { assertNewFile, writeNewFile } from "../new-file.ts";
import { attachConsole } from "./console.ts";

export const recordCommand = defineCommand({
  words: ["record"],
  summary: "Attach to a machine's console and write what is typed as a recipe; Ctrl-] ends it",
  details:
    "Before each line the recipe waits for what the screen waited with. In menus it chooses the entry instead of " +
    "counting keys. What the guest does not echo becomes a secret variable; its value is not kept.",
  positionals: [{ name: "NAME", required: true, many: false }],
  options: {
    output: { type: "string", value: "FILE", help: "A new file to write it to (default: standard output)" },
  },
  examples: ["goldsmith record web --output web.yaml"],
  async run(context) {
    const session = await context.session();
    const { id } = findByName("machine", firstPositional(context), Object.values(session.state.machines));
    const output = textOption(context, "output");
    const path = output === undefined ? null : resolve(output);
    if (path !== null) await assertNewFile(path);
    await session.client.call("recording.start", { machineId: id }, context.signal);
    const code = await attachConsole(context, session, id);
    const { recipe } = await session.client.call("recording.stop", { machineId: id });
    if (context.json) context.printJson({ recipe });
    if (path !== null) {
      try {
        await writeNewFile(path, recipe);
      } catch (error) {
        // What was typed for an hour must not go with a full disk.
        if (!context.json) await context.printRaw(recipe);
        throw error;
      }
      context.err.line(`Written to ${path}. goldsmith build ${path} replays it.`);
    } else if (!context.json) await context.printRaw(recipe);
    return code;
  },
});
