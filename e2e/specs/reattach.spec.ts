import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { miniInstallerIso } from "#e2e/fixtures/fixtures.ts";
import { dropFiles } from "#e2e/hosts/file-gestures.ts";
import { machineScreen, serialConsole } from "#e2e/pages/machine.ts";
import { createTestMachine } from "#e2e/pages/new-machine.ts";
import { shell } from "#e2e/pages/shell.ts";
import { guestPatience } from "./patience.ts";
import { expect, test } from "./test.ts";

/** Prints of the installer before anything was killed. */
const firstWords = "INSTALLER: start";

test("a guest goes on while the app is killed, and is found again with its whole transcript", async ({
  app,
}) => {
  test.setTimeout(400_000);
  await dropFiles(app.page.locator("body"), [await miniInstallerIso("interactive")]);
  await createTestMachine(app.page, "Survivor");
  await expect(serialConsole(app.page).text).toContainText("Install to /dev/sda? [y/N]", guestPatience);

  await test.step("killed while the installer waits: found running", async () => {
    await app.restart({ kill: "SIGKILL" });
    await shell(app.page).entry("Survivor").click();
    await expect(machineScreen(app.page).power("Running")).toBeVisible();
    await expect(machineScreen(app.page).stillRunning).toBeVisible();
    await expect(serialConsole(app.page).text).toContainText(firstWords);
    expect(await savedTranscript(app.page)).toEqual(await transcriptFile(app.home));
  });

  await test.step("killed while it writes the disk: it comes to its end all the same", async () => {
    await serialConsole(app.page).line("y");
    await expect(serialConsole(app.page).text).toContainText("INSTALLER: partitioning", guestPatience);
    await app.restart({ kill: "SIGKILL" });
    await shell(app.page).entry("Survivor").click();
    const terminal = serialConsole(app.page);
    await expect(terminal.text).toContainText("INSTALLER: done", guestPatience);
    await expect(machineScreen(app.page).power("Off")).toBeVisible(guestPatience);
    await expect(terminal.text).toContainText(firstWords);
    // A shutdown by the guest that nobody watched is no crash.
    await expect(shell(app.page).main.getByRole("alert")).toHaveCount(0);
    expect(await savedTranscript(app.page)).toEqual(await transcriptFile(app.home));
  });
});

async function transcriptFile(home: string): Promise<string> {
  const machines = join(home, "data", "machines");
  const [id = ""] = await readdir(machines);
  return readFile(join(machines, id, "transcript.log"), "latin1");
}

/** What the window hands out when it is asked for the transcript. */
async function savedTranscript(page: Page): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    serialConsole(page).saveTranscript.click(),
  ]);
  return readFile(await download.path(), "latin1");
}
