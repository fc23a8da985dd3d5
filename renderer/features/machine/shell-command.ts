/** One argument as a POSIX shell reads it back unchanged. */
const quote = (argument: string): string =>
  /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;

/** A command line to paste into a shell. */
export const shellCommand = (argv: readonly string[]): string => argv.map(quote).join(" ");

/** The same, an option and its value to a line. */
export function shellLines(argv: readonly string[]): string[] {
  const lines: string[] = [];
  for (const [index, argument] of argv.entries()) {
    const isValue = index > 1 && !argument.startsWith("-") && (argv[index - 1] ?? "").startsWith("-");
    const last = lines.at(-1);
    if (isValue && last !== undefined) lines[lines.length - 1] = `${last} ${quote(argument)}`;
    else lines.push(quote(argument));
  }
  return lines;
}
