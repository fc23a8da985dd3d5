import { AppError } from "#core/lib/app-error.ts";
import { showDone, showError } from "#renderer/view-state/toasts.ts";

/** Puts text on the clipboard and says so; `what` as in “Copied SHA-256”. */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    showDone(`Copied ${what}`);
  } catch (cause) {
    showError(
      new AppError("permission-denied", "The clipboard cannot be written", {
        hint: "Mark the text and copy it with the keyboard.",
        cause,
      }),
    );
  }
}
