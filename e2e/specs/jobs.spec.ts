import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { home } from "#e2e/pages/home.ts";
import { activity, jobScreen } from "#e2e/pages/job.ts";
import { shell } from "#e2e/pages/shell.ts";
import { expectFits } from "./fits.ts";
import { expect, test } from "./test.ts";

test("a running job is cancelled, undone and dismissed", async ({ app }) => {
  const { page } = app;
  await home(page).practiceDoor.getByRole("button").click();
  const job = jobScreen(page);
  await expect(job.status("Running")).toBeVisible();
  await expect(job.steps.locator("[aria-current=step]")).toHaveCount(1);
  await expectFits(page);

  await job.cancel.click();
  await expect(job.status("Cancelled")).toBeVisible({ timeout: 60_000 });
  await expect(job.retry).toBeVisible();
  await shell(page).entry("Activity").click();
  await expect(activity(page).jobs).toHaveCount(1);
  await activity(page).jobs.getByRole("button", { name: "Dismiss" }).click();
  await expect(activity(page).jobs).toHaveCount(0);
  await expect(shell(page).main).toContainText("Nothing is under way");

  await test.step("nothing is left: no program, no machine, no image, also not after a restart", async () => {
    // The window's own look at the computer boots probe guests at the start; they end by themselves within 30 s.
    await expect.poll(() => programsOf(app.home), { timeout: 30_000 }).toEqual([]);
    for (const kind of ["machines", "images"]) {
      expect(await readdir(join(app.home, "data", kind)), kind).toEqual([]);
    }
    await app.restart({ kill: "quit" });
    await shell(app.page).entry("Activity").click();
    await expect(shell(app.page).main).toContainText("Nothing is under way");
  });
});

/** Command lines that name this home: what the app has started for the job. The host itself is told by its home alone. */
async function programsOf(appHome: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    const argv = await readFile(join("/proc", pid, "cmdline"), "utf8").catch(() => "");
    if (argv.includes(`${appHome}/`) && !argv.includes("chromium")) found.push(argv.replaceAll("\0", " "));
  }
  return found;
}
