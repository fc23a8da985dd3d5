import { defineCommand, firstPositional, flag, UsageError } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { insideWord, placeOptions } from "../inside-word.ts";
import { openInside } from "../open-inside.ts";
import { visible } from "../terminal/style.ts";

export const catCommand = defineCommand({
  words: ["cat"],
  summary: "Print a file that is inside an image",
  details:
    "FILE:PATH follows links and mounts as the installed system would, and never leaves the image. FILE:@2/PATH is " +
    "the file on partition 2. On a terminal, control characters are shown instead of obeyed; a binary file is refused " +
    "there unless --force is given.\n" +
    "Exit code 0: printed; 1: there is no such file in the image; 3: the image cannot be read; 130: cancelled.",
  positionals: [{ name: "FILE:PATH", required: true, many: false }],
  options: {
    ...placeOptions,
    force: { type: "boolean", help: "Send a binary file to the terminal as it is" },
  },
  examples: [
    "goldsmith cat disk.qcow2:/etc/fstab",
    "goldsmith cat disk.qcow2:/boot/initrd.img > initrd.img",
    "goldsmith cat installer.iso:/.disk/info",
  ],
  async run(context) {
    if (context.json) throw new UsageError("cat prints bytes; there is no JSON of them");
    const word = insideWord(firstPositional(context), context);
    const cautious = context.rawIsTerminal && !flag(context, "force");
    return openInside(context, word, async (inside) => {
      const { readInside } = await import("#core/image/look-inside.ts");
      const decoder = new TextDecoder();
      let isFirst = true;
      for await (const chunk of readInside(inside, word.path)) {
        if (cautious && isFirst && looksBinary(chunk)) {
          throw new UsageError(`${word.path} is binary; send it to a file, or add --force`);
        }
        isFirst = false;
        const content = cautious ? shown(decoder.decode(chunk, { stream: true })) : chunk;
        if (!(await context.printRaw(content))) break;
      }
      return exitCodes.ok;
    });
  },
});

/** As grep(1) and git tell: a zero byte near the beginning. */
const looksBinary = (chunk: Buffer): boolean => chunk.subarray(0, 8000).includes(0);

/** Lines and tabs stay; everything else that a terminal would obey is made visible. */
const shown = (text: string): string => text.replace(/[^\n\t]+/g, visible);
