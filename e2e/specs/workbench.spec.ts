import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { microImage, microLogin } from "#e2e/fixtures/fixtures.ts";
import { jobScreen } from "#e2e/pages/job.ts";
import { machineScreen, serialConsole } from "#e2e/pages/machine.ts";
import { runCommand, shell } from "#e2e/pages/shell.ts";
import { workbench } from "#e2e/pages/workbench.ts";
import { expectFits } from "./fits.ts";
import { forceOff } from "./force-off.ts";
import { guestPatience } from "./patience.ts";
import { pauseGuest } from "./pause-guest.ts";
import { expect, test } from "./test.ts";

/** One guest for all that a machine can be asked while it lives, because a boot is what costs time. */
test("a machine's checkpoints, display, capture and copies", async ({ app }) => {
  test.setTimeout(600_000);
  const { page } = app;
  const bench = workbench(page);

  await test.step("a machine from a disk, which is not changed", async () => {
    const disk = join(app.home, "golden.qcow2");
    await copyFile(await microImage(), disk);
    await runCommand(page, "machine from a disk");
    await bench.importDisk.getByLabel("Path").fill(disk);
    await expect(bench.importDisk.getByLabel("Name")).toHaveValue("golden");
    await bench.importDisk.getByRole("button", { name: "Make machine" }).click();
    await expect(jobScreen(page).status("Done")).toBeVisible(guestPatience);
    await shell(page).entry("golden").click();
    await expect(machineScreen(page).power("Off")).toBeVisible();
  });

  await test.step("name, notes and tags; found by them", async () => {
    await bench.more("Name, notes and hardware…");
    await bench.edit.getByLabel("Name").fill("Bench");
    await bench.edit.getByLabel("Notes").fill("for the spec");
    await bench.edit.getByLabel("Tags").fill("web, spec");
    await bench.edit.getByLabel("Memory", { exact: true }).fill("512 MiB");
    await bench.edit.getByRole("button", { name: "Save" }).click();
    await expect(bench.edit).toHaveCount(0);
    await expect(shell(page).title).toHaveText("Bench");
    const search = page.getByRole("searchbox", { name: "Search the library" });
    await search.fill("for the spec");
    await expect(shell(page).entry("Bench")).toBeVisible();
    await search.fill("no such thing");
    await expect(shell(page).entry("Bench")).toHaveCount(0);
    await search.fill("");
  });

  await test.step("a checkpoint of the disk while it is off", async () => {
    await bench.tab("Checkpoints").click();
    await makeCheckpoint(page, "as it came");
    await expect(bench.checkpoints.row("as it came")).toContainText("you are here");
    await expectFits(page);
  });

  await test.step("start it and log in", async () => {
    await machineScreen(page).consoleTab.click();
    await machineScreen(page).start.click();
    await logIn(page);
    await serialConsole(page).line("echo before > /root/mark; sync; echo marked-$((1+1))");
    await expect(serialConsole(page).text).toContainText("marked-2", guestPatience);
  });

  await test.step("its screen in the window, as a picture too", async () => {
    await bench.tab("Display").click();
    await expect(bench.display.screen).toBeVisible(guestPatience);
    const [picture] = await Promise.all([page.waitForEvent("download"), bench.display.screenshot.click()]);
    expect(picture.suggestedFilename()).toBe("Bench.png");
    await expectFits(page);
  });

  await test.step("paused, and let go on", async () => {
    await expect(machineScreen(page).continue).toHaveCount(0);
    await pauseGuest(app.home);
    await expect(machineScreen(page).power("Paused")).toBeVisible();
    await machineScreen(page).continue.click();
    await expect(machineScreen(page).power("Running")).toBeVisible();
  });

  await test.step("a checkpoint with memory, then back to it", async () => {
    await bench.tab("Checkpoints").click();
    await makeCheckpoint(page, "logged in");
    await expect(bench.checkpoints.row("logged in")).toContainText("with memory");
    await machineScreen(page).consoleTab.click();
    await serialConsole(page).line("rm /root/mark; sync; echo removed-$((2+2))");
    await expect(serialConsole(page).text).toContainText("removed-4", guestPatience);
    await forceOff(page);
    await bench.tab("Checkpoints").click();
    await bench.checkpoints.restore("logged in").click();
    await page.getByRole("dialog").getByRole("button", { name: "Restore" }).click();
    await expect(machineScreen(page).power("Suspended")).toBeVisible(guestPatience);
    await machineScreen(page).consoleTab.click();
    await machineScreen(page).resume.click();
    await expect(machineScreen(page).power("Running")).toBeVisible(guestPatience);
    // The same login goes on: no boot, no prompt for a name.
    await serialConsole(page).line("cat /root/mark; echo still-$((3+3))");
    await expect(serialConsole(page).text).toContainText("still-6", guestPatience);
    await expect(serialConsole(page).text).toContainText("before");
  });

  await test.step("an image of the running disk, without stopping it", async () => {
    await bench.more("Capture an image…");
    await bench.capture.getByLabel("Name").fill("Captured");
    await bench.capture.getByRole("button", { name: "Capture" }).click();
    await expect(jobScreen(page).status("Done")).toBeVisible(guestPatience);
    await expect(shell(page).section("Images").getByText("Captured")).toBeVisible();
    await shell(page).entry("Bench").click();
    await expect(machineScreen(page).power("Running")).toBeVisible();
  });

  await test.step("suspended to disk, and on where it was", async () => {
    await bench.more("Suspend to disk");
    await expect(jobScreen(page).status("Done")).toBeVisible(guestPatience);
    await shell(page).entry("Bench").click();
    await expect(machineScreen(page).power("Suspended")).toBeVisible();
    await machineScreen(page).resume.click();
    await expect(machineScreen(page).power("Running")).toBeVisible(guestPatience);
    await serialConsole(page).line("echo awake-$((4+4))");
    await expect(serialConsole(page).text).toContainText("awake-8", guestPatience);
  });

  await test.step("suspended again; its memory is discarded, and the disk can be read", async () => {
    await bench.more("Suspend to disk");
    await expect(jobScreen(page).status("Done")).toBeVisible(guestPatience);
    await shell(page).entry("Bench").click();
    await expect(machineScreen(page).check).toHaveAttribute("aria-disabled", "true");
    await machineScreen(page).discardMemory.click();
    const dialog = page.getByRole("dialog", { name: /^Discard the memory/ });
    await expect(dialog).toContainText("as after a power cut");
    await page.keyboard.press("Escape");
    await expect(machineScreen(page).discardMemory).toBeFocused();
    await expect(machineScreen(page).power("Suspended")).toBeVisible();
    await machineScreen(page).discardMemory.click();
    await dialog.getByRole("button", { name: "Discard memory" }).click();
    await expect(machineScreen(page).power("Off")).toBeVisible();
    await expect(machineScreen(page).start).toBeVisible();
    await expect(machineScreen(page).check).toBeEnabled();
  });

  await test.step("a linked copy, which keeps the original from being deleted", async () => {
    await bench.more("Duplicate…");
    await bench.duplicate.getByLabel("Name").fill("Twin");
    await bench.duplicate.getByRole("button", { name: "Duplicate" }).click();
    await expect(jobScreen(page).status("Done")).toBeVisible(guestPatience);
    await expect(shell(page).entry("Twin")).toBeVisible();
    await shell(page).entry("Bench").click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await expect(shell(page).messages).toContainText("Twin");
  });

  await test.step("a branch from a checkpoint", async () => {
    await bench.tab("Checkpoints").click();
    await bench.checkpoints.branch("as it came").click();
    const branch = page.getByRole("dialog", { name: /^Branch from/ });
    await branch.getByLabel("Name").fill("Branch");
    await branch.getByRole("button", { name: "Make machine" }).click();
    await expect(shell(page).entry("Branch")).toBeVisible(guestPatience);
  });
});

async function makeCheckpoint(page: Page, name: string): Promise<void> {
  const { checkpoints } = workbench(page);
  await checkpoints.create.click();
  await checkpoints.dialog.getByLabel("Name").fill(name);
  await checkpoints.dialog.getByRole("button", { name: "Make checkpoint" }).click();
  await expect(checkpoints.row(name)).toBeVisible(guestPatience);
}

async function logIn(page: Page): Promise<void> {
  const terminal = serialConsole(page);
  await expect(terminal.text).toContainText("micro login:", guestPatience);
  await terminal.line(microLogin.user);
  await expect(terminal.text).toContainText("Password:", guestPatience);
  await terminal.line(microLogin.password);
  await terminal.line("echo in-$((5+5))");
  await expect(terminal.text).toContainText("in-10", guestPatience);
}
