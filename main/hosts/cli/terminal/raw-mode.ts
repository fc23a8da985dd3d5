/**
 * Undoes what a guest may have switched on: alternate screen, hidden cursor, bracketed paste, mouse reports,
 * application keys, scroll region, colours.
 */
const resetModes =
  "\u001b[?1049l\u001b[?25h\u001b[?2004l\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1006l\u001b[?1l\u001b>\u001b[r\u001b[0m";

/** Every way out passes `restore` or the process' exit; both leave a usable terminal. */
export function enterRaw(
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
): { isTerminal: boolean; restore(): void } {
  const isTerminal = input.isTTY === true && output.isTTY === true;
  if (!isTerminal) return { isTerminal, restore: () => input.pause() };
  input.setRawMode(true);
  const leave = (): void => {
    input.setRawMode(false);
  };
  process.once("exit", leave);
  return {
    isTerminal,
    restore() {
      process.removeListener("exit", leave);
      leave();
      input.pause();
      // The guest's cursor may be anywhere: go on below its screen instead of writing over it.
      output.write(`${resetModes}\u001b[999;1H\r\n`);
    },
  };
}
