/** Words that hide the installer's output or tie it to a graphical screen. */
const hiding =
  /^(?:quiet|splash|rhgb|nomodeset|vga=\S*|splash=\S*|gfxpayload=\S*|console=\S*|inst\.graphical)$/;

/**
 * The medium's own kernel command line with the console on the first serial port (`serial-console.rst` of the Linux
 * kernel's documentation). For installers that copy what stands behind `---` into the installed system (Debian's
 * and Ubuntu's), the console stands there, so that the installed system talks there as well.
 */
export function serialCommandLine(commandLine: string, installer: string | null): string {
  const words = commandLine.split(/\s+/).filter((word) => word !== "" && !hiding.test(word));
  const own = ownWords[installer ?? ""] ?? [];
  const added = own.filter((word) => !words.includes(word));
  const console = "console=ttyS0,115200n8";
  const separator = words.findIndex((word) => word === "---" || word === "--");
  if (separator < 0) return [...words, ...added, console].join(" ");
  const [before, after] = [words.slice(0, separator), words.slice(separator + 1)];
  return [...before, ...added, "---", ...after, console].join(" ");
}

/** What an installer itself must be told to use a text console. */
const ownWords: Readonly<Record<string, readonly string[]>> = {
  // Anaconda boot options, "inst.text"
  anaconda: ["inst.text"],
  // linuxrc, "TextMode"
  yast: ["textmode=1"],
};
