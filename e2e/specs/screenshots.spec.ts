import { join } from "node:path";
import type { Page } from "@playwright/test";
import { repository } from "#e2e/hosts/running-host.ts";
import { checkPanel } from "#e2e/pages/check.ts";
import { home } from "#e2e/pages/home.ts";
import { imageScreen } from "#e2e/pages/image.ts";
import { activity, jobScreen } from "#e2e/pages/job.ts";
import { machineScreen, serialConsole } from "#e2e/pages/machine.ts";
import { publishDialog } from "#e2e/pages/publish.ts";
import { shell } from "#e2e/pages/shell.ts";
import { expect, test } from "./test.ts";

const minuteMs = 60_000;

/** Not skipped but absent otherwise: the README's pictures are no test of every day. Takes a whole practice run. */
if (process.env["GOLDSMITH_SCREENSHOTS"] === "1") {
  test("the README's pictures, taken along a practice run", async ({ app: { page } }) => {
    test.setTimeout(40 * minuteMs);
    await page.setViewportSize({ width: 1280, height: 800 });
    await home(page).practiceDoor.getByRole("button").click();
    await expect(jobScreen(page).status("Running")).toBeVisible();

    const machine = shell(page).section("Machines").getByRole("button");
    await machine.click({ timeout: 10 * minuteMs });
    await expect(serialConsole(page).text).toContainText(/Unpacking the system: +[2-9]\d %/, {
      timeout: 10 * minuteMs,
    });
    await picture(page, "console");

    await shell(page).entry("Activity").click();
    await activity(page).jobs.getByRole("button", { name: "Practice run", exact: true }).click();
    await expect(jobScreen(page).status("Done")).toBeVisible({ timeout: 30 * minuteMs });

    await machine.click();
    await machineScreen(page).checkTab.click();
    await expect(checkPanel(page).verdicts).toBeVisible();
    await checkPanel(page).choose("DigitalOcean");
    await picture(page, "check");

    await shell(page).section("Images").getByRole("button").click();
    await imageScreen(page).publish.click();
    await publishDialog(page).choose("Practice DigitalOcean").check();
    await expect(publishDialog(page).publish).toBeEnabled();
    await picture(page, "publish");
    await page.keyboard.press("Escape");

    await shell(page).start.click();
    await expect(home(page).doors).toHaveCount(3);
    await picture(page, "home");
  });
}

/** Without a pointer over anything and without passing messages. */
async function picture(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0);
  await expect(shell(page).messages.getByRole("status")).toHaveCount(0);
  await page.screenshot({ path: join(repository, "resources", "screenshots", `${name}.png`) });
}
