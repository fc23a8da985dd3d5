/** X11 keysyms of keys that stand for no visible character (X11/keysymdef.h). */
const namedKeys: Readonly<Record<string, number>> = {
  "\n": 0xff0d,
  "\r": 0xff0d,
  "\t": 0xff09,
  "\b": 0xff08,
  "\u001b": 0xff1b,
};

/**
 * One key press after another, each with a pause: firmware and installers poll their keyboard and lose keys that come
 * faster (a boot command typed without pauses arrives with holes).
 */
export const paceMs = 25;

/** The keysym of a character: Latin-1 by its number, others as Unicode keysyms (X11 protocol, appendix A). */
export function keysymOf(character: string): number | null {
  const named = namedKeys[character];
  if (named !== undefined) return named;
  const code = character.codePointAt(0) ?? 0;
  if ((code >= 0x20 && code <= 0x7e) || (code >= 0xa0 && code <= 0xff)) return code;
  return code > 0xff ? 0x01000000 + code : null;
}

/** Types a text; answers how many characters had no key. Ends early when the signal aborts. */
export async function typeText(
  text: string,
  press: (keysym: number) => void,
  signal: AbortSignal,
  pause: (durationMs: number) => Promise<void> = (durationMs) =>
    new Promise((resolve) => setTimeout(resolve, durationMs)),
): Promise<number> {
  let missing = 0;
  for (const character of text.replaceAll("\r\n", "\n")) {
    if (signal.aborted) return missing;
    const keysym = keysymOf(character);
    if (keysym === null) missing += 1;
    else {
      press(keysym);
      await pause(paceMs);
    }
  }
  return missing;
}
