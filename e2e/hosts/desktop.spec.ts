import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { imageScreen } from "#e2e/pages/image.ts";
import { jobScreen } from "#e2e/pages/job.ts";
import { publishDialog } from "#e2e/pages/publish.ts";
import { remoteImages } from "#e2e/pages/remote.ts";
import { settingsScreen } from "#e2e/pages/settings.ts";
import { shell } from "#e2e/pages/shell.ts";
import { guestPatience } from "#e2e/specs/patience.ts";
import { takeIntoLibrary } from "#e2e/specs/take-into-library.ts";
import { expect, test } from "./test.ts";

const practice = "Practice DigitalOcean";

/** What surrounds the window of the desktop app. */

test("Help > Doctor shows the doctor's screen with a fresh report", async ({ app }) => {
  await expect(app.page.getByRole("main")).toBeVisible();
  app.desktop?.ask({ type: "menu", label: "Doctor" });
  await expect(app.page).toHaveURL(/#\/doctor$/);
  await expect(app.page.getByRole("main")).toContainText("QEMU", { timeout: 30_000 });
});

test("the window's place is kept for the next start", async ({ app }) => {
  await expect(app.page.getByRole("main")).toBeVisible();
  await app.restart({ kill: "quit" });
  const kept: unknown = JSON.parse(await readFile(join(app.home, "electron", "window.json"), "utf8"));
  expect(kept).toMatchObject({ bounds: { width: 1280, height: 820 }, maximized: false });
});

test("a publish goes on without the window, tells its end, and the app leaves", async ({ app }) => {
  const { page } = app;
  await takeIntoLibrary(page);
  const image = page.url();
  await shell(page).entry("Settings").click();
  // Slow enough to be closed in the middle.
  await settingsScreen(page).limit.fill("2 MB/s");
  await settingsScreen(page).set.click();
  await expect(shell(page).statusBar).toContainText("at most 2.00 MiB/s");
  await page.goto(image);
  await imageScreen(page).publish.click();
  const dialog = publishDialog(page);
  await dialog.usePractice.click();
  await dialog.choose(practice).check();
  await dialog.override(practice).check();
  await dialog.publish.click();
  await expect(jobScreen(page).steps.locator("[aria-current=step]")).toContainText("MiB/s", guestPatience);

  const closed = page.waitForEvent("close");
  app.desktop?.ask({ type: "close-window" });
  await closed;
  const told = (type: string) => (app.desktop?.told ?? []).filter((one) => one.type === type);
  expect(told("message-box")).toMatchObject([{ message: "A publish is under way" }]);
  await expect.poll(() => told("notification"), guestPatience).toHaveLength(1);
  expect(told("notification")).toMatchObject([{ body: `It arrived at ${practice}.` }]);

  await app.restart({ kill: "quit" });
  await shell(app.page).entry("Remote images").click();
  await expect(remoteImages(app.page).rows.filter({ hasText: "Available" })).toHaveCount(1);
});

test("a renderer that dies is told of, with the offer to reload", async ({ app }) => {
  await expect(app.page.getByRole("main")).toBeVisible();
  const crashed = app.page.waitForEvent("crash");
  app.desktop?.ask({ type: "crash-renderer" });
  await crashed;
  const told = (): string[] =>
    (app.desktop?.told ?? []).flatMap((one) => (one.type === "message-box" ? [one.message] : []));
  await expect.poll(told).toEqual(["The window stopped working"]);
});
