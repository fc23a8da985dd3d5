import type { Page } from "@playwright/test";
import { machineScreen } from "#e2e/pages/machine.ts";
import { guestPatience } from "./patience.ts";
import { expect } from "./test.ts";

/** Cuts the power of the machine that is shown, with the word that it asks for. */
export async function forceOff(page: Page): Promise<void> {
  await machineScreen(page).forceOff.click();
  await page.getByRole("dialog").getByRole("button", { name: "Force off" }).click();
  await expect(machineScreen(page).power("Off")).toBeVisible(guestPatience);
}
