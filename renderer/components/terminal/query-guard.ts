import type { Terminal } from "@xterm/xterm";

/**
 * A guest may ask the terminal what it is (device attributes, cursor position, colours, modes). xterm answers by
 * itself, also to questions in a transcript that is being replayed, and every open window would answer once. An
 * answer nobody waits for arrives as garbage at the guest's prompt. So a question is answered only while `mayAnswer`
 * says that a person is live at this terminal; otherwise it is swallowed.
 */
export function guardQueries({ parser }: Pick<Terminal, "parser">, mayAnswer: () => boolean): void {
  const swallow = () => !mayAnswer();
  // Device attributes (primary, secondary, tertiary), device status, terminal parameters, window reports.
  for (const prefix of ["", ">", "="]) parser.registerCsiHandler({ prefix, final: "c" }, swallow);
  for (const prefix of ["", "?"]) parser.registerCsiHandler({ prefix, final: "n" }, swallow);
  parser.registerCsiHandler({ prefix: ">", final: "q" }, swallow);
  parser.registerCsiHandler({ final: "x" }, swallow);
  parser.registerCsiHandler({ final: "t" }, swallow);
  // Mode requests (DECRQM) and setting requests (DECRQSS).
  for (const prefix of ["", "?"]) {
    parser.registerCsiHandler({ prefix, intermediates: "$", final: "p" }, swallow);
  }
  parser.registerDcsHandler({ intermediates: "$", final: "q" }, swallow);
  // Colours: palette, foreground, background, cursor. Setting them passes.
  for (const code of [4, 10, 11, 12]) {
    parser.registerOscHandler(code, (data) => data.includes("?") && swallow());
  }
}
