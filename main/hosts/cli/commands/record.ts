import { resolve } from "node:path";
import { writeFileAtomic } from "#core/library/json-file.ts";
import { defineCommand, firstPositional, textOption } from "../command.ts";
import { findByName } from "../find-by-name.ts";
import { attachConsole } from "./console.ts";

export const recordCommand = defineCommand({
  words: ["record"],
  summary: "Attach to a machine's console and write what is typed as a recipe; Ctrl-] ends it",
  details:
    "Before each line the recipe waits for what the screen waited with. In menus it chooses the entry instead of " +
    "counting keys. What the guest does not echo becomes a secret variable; its value is not kept.",
  positionals: [{ name: "NAME", required: true, many: false }],
  options: {
    output: { type: "string", value: "FILE", help: "Where to write it (default: standard output)" },
  },
  examples: ["goldsmith record web --output web.yaml"],
  async run(context) {
    const session = await context.session();
    const { id } = findByName("machine", firstPositional(context), Object.values(session.state.machines));
    await session.client.call("recording.start", { machineId: id }, context.signal);
    const code = await attachConsole(context, session, id);
    const { recipe } = await session.client.call("recording.stop", { machineId: id });
    const output = textOption(context, "output");
    if (output !== undefined) {
      await writeFileAtomic(resolve(output), recipe);
      context.err.line(`Written to ${output}. goldsmith build ${output} replays it.`);
    }
    if (context.json) context.printJson({ recipe });
    else if (output === undefined) await context.printRaw(recipe);
    return code;
  },
});
