import type { Page } from "@playwright/test";
import { microImage } from "#e2e/fixtures/fixtures.ts";
import { dropFiles } from "#e2e/hosts/file-gestures.ts";
import { jobScreen } from "#e2e/pages/job.ts";
import { reportScreen } from "#e2e/pages/report.ts";
import { shell } from "#e2e/pages/shell.ts";
import { guestPatience } from "./patience.ts";
import { expect } from "./test.ts";

/** A small real image of this computer, dropped, checked and compacted; ends on its screen. */
export async function takeIntoLibrary(page: Page): Promise<void> {
  await expect(shell(page).title).toHaveText("Goldsmith");
  await dropFiles(page.locator("body"), [await microImage()]);
  await reportScreen(page).takeIntoLibrary.click();
  await expect(jobScreen(page).status("Done")).toBeVisible(guestPatience);
  await jobScreen(page).showImage.click();
}
