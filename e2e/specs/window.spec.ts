import { miniInstallerIso } from "#e2e/fixtures/fixtures.ts";
import { chooseFiles } from "#e2e/hosts/file-gestures.ts";
import { doctorScreen } from "#e2e/pages/doctor.ts";
import { home } from "#e2e/pages/home.ts";
import { newMachine } from "#e2e/pages/new-machine.ts";
import { runCommand, shell } from "#e2e/pages/shell.ts";
import { expectFits } from "./fits.ts";
import { expect, test } from "./test.ts";

test("the empty library has three doors, and the keyboard opens everything", async ({ app: { page } }) => {
  const doors = home(page);
  await expect(doors.doors).toHaveCount(3);
  await expect(doors.practiceDoor.getByRole("button")).toHaveText("Try it on the practice account");
  await expectFits(page);

  await test.step("Ctrl+K: the palette, by typing a part of a name", async () => {
    await page.keyboard.press("Control+K");
    const { palette } = shell(page);
    await expect(palette.getByRole("combobox")).toBeFocused();
    await page.keyboard.type("activ");
    await page.keyboard.press("Enter");
    await expect(palette).toBeHidden();
    await expect(shell(page).title).toHaveText("Activity");
    await expectFits(page);
  });

  await test.step("Ctrl+N: a new machine; Escape closes it", async () => {
    await page.keyboard.press("Control+N");
    const { dialog } = newMachine(page);
    await expect(dialog).toBeVisible();
    await expectFits(page);
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
  });

  await test.step("?: the list of keys", async () => {
    await page.keyboard.press("?");
    await expect(shell(page).shortcuts).toContainText("All commands");
    await page.keyboard.press("Escape");
    await expect(shell(page).shortcuts).toBeHidden();
  });

  await test.step("an ISO by the system's chooser opens the same dialog as a dropped one", async () => {
    await shell(page).start.click();
    await chooseFiles(page, doors.chooseIso, [await miniInstallerIso("interactive")]);
    const dialog = newMachine(page);
    await expect(dialog.isoPath).toHaveValue(/mini-installer-interactive-\w+\.iso$/);
    await dialog.cores.fill("0");
    await expect(dialog.dialog).toContainText("A whole number from 1 to 64");
    await dialog.cancel.click();
    await expect(shell(page).section("Machines")).toHaveCount(0);
  });
});

test("the doctor tells which accelerator is used and why no better one", async ({ app: { page } }) => {
  await runCommand(page, "doctor");
  await expect(shell(page).title).toHaveText("Doctor");
  const { candidates, candidate } = doctorScreen(page);
  const used = candidates.filter({ has: page.getByText("used", { exact: true }) });
  await expect(used).toHaveCount(1, { timeout: 30_000 });
  await expect(used).toContainText("Works");
  const kvm = candidate("KVM");
  if ((await kvm.getByText("used", { exact: true }).count()) === 0) {
    // Where KVM works it is chosen; where it does not, its outcome, a reason and a fix are told.
    await expect(used).toContainText("Software emulation (TCG)");
    await expect(kvm).toContainText(
      /Not on this computer|No permission|Aborts|Hangs guests|Computes wrong|Slower than emulation/,
    );
    expect((await kvm.getByRole("paragraph").nth(1).innerText()).length).toBeGreaterThan(20);
  }
  await expect(shell(page).statusBar).toContainText(/KVM|Software emulation \(TCG\)/);
  await expectFits(page);
});
