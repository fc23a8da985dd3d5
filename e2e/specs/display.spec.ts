import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { echoDisk } from "#e2e/fixtures/echo-guest.ts";
import { jobScreen } from "#e2e/pages/job.ts";
import { machineScreen, serialConsole } from "#e2e/pages/machine.ts";
import { runCommand, shell } from "#e2e/pages/shell.ts";
import { workbench } from "#e2e/pages/workbench.ts";
import { forceOff } from "./force-off.ts";
import { guestPatience } from "./patience.ts";
import { expect, test } from "./test.ts";

test("the clipboard is typed at the guest's keyboard, every key of it", async ({ app }) => {
  const { page, host } = app;
  const bench = workbench(page);
  if (host === "browser") await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const disk = join(app.home, "echo.img");
  await writeFile(disk, echoDisk());
  await runCommand(page, "machine from a disk");
  await bench.importDisk.getByLabel("Path").fill(disk);
  await bench.importDisk.getByRole("button", { name: "Make machine" }).click();
  await expect(jobScreen(page).status("Done")).toBeVisible(guestPatience);
  await shell(page).entry("echo").click();
  await machineScreen(page).start.click();
  await expect(serialConsole(page).text).toContainText(">", guestPatience);

  await bench.tab("Display").click();
  await expect(bench.display.screen).toBeVisible(guestPatience);
  const text = 'Pass-Word_1! {A|b} ~"Z" <x@y.z> 50% #$^&*()+=[];:\',./?\\`';
  await page.evaluate((typed) => navigator.clipboard.writeText(typed), text);
  await bench.display.typeClipboard.click();
  await expect(bench.display.typeClipboard).toBeVisible(guestPatience);
  await machineScreen(page).consoleTab.click();
  await expect(serialConsole(page).text).toContainText(`>${text}`, guestPatience);
  await forceOff(page);
});
