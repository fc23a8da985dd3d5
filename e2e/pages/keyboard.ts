import type { Locator, Page } from "@playwright/test";
import { expect } from "@playwright/test";

/** More stops than any dialog has. */
const mostStops = 80;

/** Goes to an element as a person without a pointer does: by Tab, from where the focus is. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let stop = 0; stop < mostStops; stop += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  await expect(target, `not reached by ${mostStops} presses of Tab`).toBeFocused();
}
