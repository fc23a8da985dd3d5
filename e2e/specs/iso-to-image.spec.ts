import { readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { microLogin, miniInstallerIso } from "#e2e/fixtures/fixtures.ts";
import { dropFiles } from "#e2e/hosts/file-gestures.ts";
import { checkPanel, findingsShown, verdictsShown } from "#e2e/pages/check.ts";
import { imageScreen } from "#e2e/pages/image.ts";
import { activity, jobScreen } from "#e2e/pages/job.ts";
import { machineScreen, serialConsole } from "#e2e/pages/machine.ts";
import { createTestMachine, newMachine } from "#e2e/pages/new-machine.ts";
import { publishDialog } from "#e2e/pages/publish.ts";
import { remoteImages, remoteImageScreen } from "#e2e/pages/remote.ts";
import { shell } from "#e2e/pages/shell.ts";
import { expectFits } from "./fits.ts";
import { guestPatience } from "./patience.ts";
import { expect, test } from "./test.ts";

const practice = "Practice DigitalOcean";

/** The whole job in one go, because every step needs what the one before has made. */
test("an installer ISO becomes a published image", async ({ app }) => {
  test.setTimeout(600_000);
  const { page } = app;
  await test.step("drop an installer ISO: a machine", () => machineFromIso(page));
  await test.step("answer the installer over the serial console", () => install(page));
  await test.step("boot the installed disk and log in", () => logIn(page));
  await test.step("press the power button: an orderly end", () => powerOff(page));
  await test.step("check the disk for every provider", () => check(page));
  await test.step("compact it into the library", () => compact(page));
  await test.step("publishing is held back until it is overridden", () => heldBack(page));
  await test.step("a publish that fails says why, and goes on when retried", () => publish(page, app.home));
  await test.step("the image is available in the account", () => seeRemoteImage(page));
});

async function machineFromIso(page: Page): Promise<void> {
  await expect(shell(page).title).toHaveText("Goldsmith");
  await dropFiles(page.locator("body"), [await miniInstallerIso("interactive")]);
  const dialog = newMachine(page);
  await expect(dialog.isoPath).toHaveValue(/mini-installer-interactive-\w+\.iso$/);
  await expect(dialog.name).toHaveValue(/^mini-installer-interactive/);
  await createTestMachine(page, "Micro");
  await expect(machineScreen(page).power("Running")).toBeVisible(guestPatience);
}

async function install(page: Page): Promise<void> {
  const terminal = serialConsole(page);
  await expect(terminal.text).toContainText("Install to /dev/sda? [y/N]", guestPatience);
  await terminal.line("y");
  await expect(terminal.text).toContainText("INSTALLER: done", guestPatience);
  await expect(machineScreen(page).power("Off")).toBeVisible(guestPatience);
  await expect(terminal.region).toContainText("Machine is off; transcript kept");
}

async function logIn(page: Page): Promise<void> {
  const terminal = serialConsole(page);
  await machineScreen(page).start.click();
  await expect(terminal.text).toContainText("micro: ready", guestPatience);
  await expect(terminal.text).toContainText("micro login:", guestPatience);
  await terminal.line(microLogin.user);
  await expect(terminal.text).toContainText("Password:", guestPatience);
  await terminal.line(microLogin.password);
  // The shell works out the answer, so that it is not our own typing that is found.
  await terminal.line("echo typed-$((6*7)) in the window");
  await expect(terminal.text).toContainText("typed-42 in the window", guestPatience);
  await expectFits(page);
}

async function powerOff(page: Page): Promise<void> {
  await machineScreen(page).powerButton.click();
  await expect(machineScreen(page).power("Off")).toBeVisible(guestPatience);
  await expect(checkPanel(page).error).toHaveCount(0);
}

/** The micro guest is no cloud guest: it has no cloud-init, and it has been booted. */
async function check(page: Page): Promise<void> {
  const panel = checkPanel(page);
  await machineScreen(page).check.click();
  await expect(panel.verdicts).toBeVisible();
  expect(await verdictsShown(page)).toEqual({
    DigitalOcean: "Would not work",
    Contabo: "Would not work",
    Fybe: "Would not work",
    "Oracle OCI": "Would not work",
    // How its network is set up is in a script of its own, which no rule can judge.
    "Hypervisor.io": "Cannot tell",
    "Any KVM cloud": "Cannot tell",
  });
  await panel.choose("DigitalOcean");
  const found = await findingsShown(panel.findings("DigitalOcean"));
  expect(found["1 error"]).toEqual(["cloud-init is not installed"]);
  const warnings = Object.keys(found).find((title) => title.endsWith("warnings")) ?? "";
  expect(found[warnings]).toEqual(
    expect.arrayContaining([
      "The machine id is baked into the image",
      "1 SSH host key is in the image",
      "root has a password in the image",
    ]),
  );
  expect(Object.values(found).flat()).toEqual(
    expect.arrayContaining([
      "MicroCloud 1 (test guest) was found",
      "The root filesystem is ext4",
      "The image boots with BIOS",
      expect.stringMatching(/^Kernel \S+ has virtio_pci, virtio_blk, virtio_scsi when it boots$/),
      "/etc/rc makes the host keys",
    ]),
  );
  await expect(panel.facts).toContainText("MicroCloud 1 (test guest)");
  await expectFits(page);
  await machineScreen(page).detailsTab.click();
  await expect(shell(page).main).toContainText("QEMU command line");
  await expectFits(page);
}

async function compact(page: Page): Promise<void> {
  await machineScreen(page).compact.click();
  const made = shell(page).section("Images").getByRole("button");
  await expect(made).toBeVisible(guestPatience);
  await made.click();
  const image = imageScreen(page);
  const [before, after] = await Promise.all(
    [image.before, image.after].map(async (meter) => Number(await meter.getAttribute("value"))),
  );
  expect(after).toBeGreaterThan(1024 ** 2);
  expect(after).toBeLessThan(before ?? 0);
  await expect(shell(page).main).toContainText("Equal to its source");
  await expectFits(page);
}

async function heldBack(page: Page): Promise<void> {
  await imageScreen(page).publish.click();
  const dialog = publishDialog(page);
  await dialog.usePractice.click();
  await dialog.choose(practice).check();
  await expect(dialog.row(practice)).toContainText("Would not work");
  await expect(dialog.row(practice)).toContainText("cloud-init is not installed");
  await expect(dialog.publish).toBeDisabled();
  await expect(dialog.publish).toHaveAttribute("title", /errors; fix them or override/);
  await dialog.override(practice).check();
  await expect(dialog.publish).toBeEnabled();
  await expectFits(page);
}

/** The image's file is away for a while: the first attempt must fail in words, the second goes on. */
async function publish(page: Page, home: string): Promise<void> {
  const images = join(home, "data", "images");
  const file = join(images, (await readdir(images))[0] ?? "", "disk.qcow2");
  await rename(file, `${file}.away`);
  await publishDialog(page).publish.click();
  const job = jobScreen(page);
  await expect(job.status("Failed")).toBeVisible();
  await expect(job.error).toContainText(`There is no file ${file}`);
  await expectFits(page);
  await rename(`${file}.away`, file);
  await job.retry.click();
  await expect(job.status("Done")).toBeVisible(guestPatience);
  await expect(job.result).toContainText("available");
  await expect(job.result).toContainText("empty, as it should be");
  await expect(job.result).toContainText("cloud-init.installed");
  await expectFits(page);
}

async function seeRemoteImage(page: Page): Promise<void> {
  await jobScreen(page).showRemoteImage.click();
  await expect(shell(page).title).toHaveText("Micro");
  await expect(remoteImageScreen(page).header).toContainText("Available");
  await expect(remoteImageScreen(page).history).toContainText("Available");
  await expectFits(page);
  await shell(page).entry("Remote images").click();
  await expect(remoteImages(page).rows).toHaveCount(1);
  await expect(remoteImages(page).rows).toContainText(practice);
  await expectFits(page);
  await shell(page).entry("Activity").click();
  await expect(activity(page).jobs).toHaveCount(2);
  await expectFits(page);
}
