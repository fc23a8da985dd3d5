import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { AppError } from "#core/lib/app-error.ts";
import { applyStyle, visible } from "./style.ts";

/** Questions at the terminal. Without one they are not asked: `canAsk` says so beforehand. */
export interface Prompt {
  readonly canAsk: boolean;
  /** `y` or `yes`; everything else, and Enter alone, is no. */
  confirm(question: string): Promise<boolean>;
  /** Nothing of the answer is shown. */
  secret(question: string): Promise<string>;
  /** All of standard input as lines, when it is no terminal. */
  lines(): Promise<string[]>;
}

const mostInputBytes = 64 * 1024;

export function createPrompt(
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
  signal: AbortSignal,
): Prompt {
  const canAsk = input.isTTY === true && output.isTTY === true;
  const ask = async (question: string, hidden: boolean): Promise<string> => {
    if (!canAsk) throw new AppError("bad-input", "There is no terminal to ask at");
    output.write(applyStyle(visible(question), false));
    const sink = hidden ? new Writable({ write: (_chunk, _encoding, done) => done() }) : output;
    const readline = createInterface({ input, output: sink, terminal: true });
    // In raw mode Ctrl-C is a key and no signal.
    const stopped = new AbortController();
    readline.on("SIGINT", () => stopped.abort());
    readline.on("close", () => stopped.abort());
    try {
      return await readline.question("", { signal: AbortSignal.any([signal, stopped.signal]) });
    } catch (error) {
      throw new AppError("cancelled", "Cancelled", { cause: error });
    } finally {
      readline.close();
      if (hidden || stopped.signal.aborted) output.write("\n");
    }
  };
  return {
    canAsk,
    confirm: async (question) => /^y(es)?$/i.test((await ask(`${question} [y/N] `, false)).trim()),
    secret: async (question) => (await ask(`${question}: `, true)).trim(),
    async lines() {
      let text = "";
      for await (const chunk of input.setEncoding("utf8")) {
        text += String(chunk);
        if (text.length > mostInputBytes) throw new AppError("bad-input", "Standard input is too long");
      }
      return text.split(/\r?\n/);
    },
  };
}
