/** X11 keysyms of keys that stand for no visible character (X11/keysymdef.h). */
const namedKeys: Readonly<Record<string, number>> = {
  "\n": 0xff0d,
  "\r": 0xff0d,
  "\t": 0xff09,
  "\b": 0xff08,
  "\u001b": 0xff1b,
};

/** XK_Shift_L. */
const shiftKey = 0xffe1;

/**
 * One key press after another, each with a pause: firmware and installers poll their keyboard and lose keys that come
 * faster (a boot command typed without pauses arrives with holes).
 */
export const paceMs = 25;

/** Characters that stand above others on the keys of a US keyboard. */
const shifted = /[A-Z~!@#$%^&*()_+{}|:"<>?]/;

export interface Key {
  readonly keysym: number;
  /** Shift is held meanwhile: QEMU makes key codes of keysyms and presses no Shift by itself. */
  readonly shift: boolean;
}

/** The key of a character on the US keyboard that QEMU plugs in; null: none has it. */
export function keyOf(character: string): Key | null {
  const named = namedKeys[character];
  if (named !== undefined) return { keysym: named, shift: false };
  const code = character.codePointAt(0) ?? 0;
  return code >= 0x20 && code <= 0x7e ? { keysym: code, shift: shifted.test(character) } : null;
}

/** Presses or releases one key. */
export type PressKey = (keysym: number, down: boolean) => void;

/** Types a text; answers how many characters had no key. Ends early when the signal aborts. */
export async function typeText(
  text: string,
  press: PressKey,
  signal: AbortSignal,
  pause: (durationMs: number) => Promise<void> = (durationMs) =>
    new Promise((resolve) => setTimeout(resolve, durationMs)),
): Promise<number> {
  let missing = 0;
  for (const character of text.replaceAll("\r\n", "\n")) {
    if (signal.aborted) return missing;
    const key = keyOf(character);
    if (key === null) missing += 1;
    else {
      if (key.shift) press(shiftKey, true);
      press(key.keysym, true);
      press(key.keysym, false);
      if (key.shift) press(shiftKey, false);
      await pause(paceMs);
    }
  }
  return missing;
}
