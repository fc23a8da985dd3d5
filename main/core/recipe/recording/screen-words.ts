const maxPromptChars = 40;

/**
 * The part of a prompt that is the same at the next build: a shell's last sign without host, folder and user, the words
 * of a question without numbers in front. Falls back to the last line of the screen; "" for an empty one.
 */
export function stablePrompt(before: string, screen: string): string {
  const line = before.trimEnd();
  if (line === "") return "";
  const sign = /[\w~\]/)@:-]*([#$%>])$/.exec(line);
  if (sign !== null && /[@~/]|^\W*[#$%>]$/.test(line)) return sign[1] ?? "";
  const login = /(login|password):$/i.exec(line);
  if (login !== null) return login[0];
  const words = line.replace(/^.*\d\S*\s+(?=\D{4,}$)/, "");
  const cut = words.length <= maxPromptChars ? words : words.slice(-maxPromptChars).replace(/^\S*\s+/, "");
  return cut === "" ? (screen.trim().split("\n").at(-1) ?? "").slice(0, maxPromptChars) : cut;
}

/** The title in a dialog's frame, or the boot loader's name; null: none is seen. */
export function dialogTitle(screen: string): string | null {
  const framed = /[┤|]\s*(?:\[[.!?]+\]\s*)?([^│├┤|]{2,60}?)\s*[├|]/u.exec(
    screen.split("\n").find((row) => /[┌+].*[┤|].*[├|].*[┐+]/u.test(row)) ?? "",
  );
  return framed?.[1] ?? /GNU GRUB/.exec(screen)?.[0] ?? null;
}
