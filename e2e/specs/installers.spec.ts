import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { miniInstallerIso } from "#e2e/fixtures/fixtures.ts";
import type { AppUnderTest } from "#e2e/hosts/test.ts";
import { isosScreen } from "#e2e/pages/isos.ts";
import { serialConsole } from "#e2e/pages/machine.ts";
import { newMachine } from "#e2e/pages/new-machine.ts";
import { shell } from "#e2e/pages/shell.ts";
import { holdFile, type HeldFile } from "#e2e/servers/held-file.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { expectFits } from "./fits.ts";
import { forceOff } from "./force-off.ts";
import { guestPatience } from "./patience.ts";
import { expect, test } from "./test.ts";

const title = "Installer of the house";
const password = "Secret-Word_1";

test("an installer is downloaded, paused and resumed, and installs unattended with answers that were edited", async ({
  app,
}) => {
  const iso = join(app.home, "house-1.iso");
  await markAsDebian(await miniInstallerIso(), iso);
  const server = await holdFile(iso);
  try {
    await addToCatalogue(app, server);
    await test.step("the catalogue, and an ISO of one's own", () => addOwn(app.page, iso));
    await test.step("a download is stopped and thrown away", () => throwAway(app.page, server));
    await test.step("one is stopped and goes on where it was", () => pauseAndResume(app.page, server));
    await test.step("the answers are written, looked at and edited", () => writeAnswers(app.page));
    await test.step("the guest gets them as they were edited", () => seeThemInTheGuest(app.page));
  } finally {
    await server.close();
  }
});

/**
 * The mini installer with the folder by which Debian's media are known: preseed is offered for it. What it would
 * unpack is left out, because nothing is installed here.
 */
async function markAsDebian(source: string, target: string): Promise<void> {
  const input = ["-indev", source, "-outdev", target, "-boot_image", "any", "replay"];
  await nodeProcesses.run([
    "xorriso",
    ...input,
    "-mkdir",
    "/install.amd",
    "--",
    "-rm",
    "/rootfs.tar.gz",
    "--",
  ]);
}

async function addToCatalogue(app: AppUnderTest, { url }: HeldFile): Promise<void> {
  const entry = {
    id: "house",
    title,
    os: "Debian",
    version: "1",
    list: { url: `${url}SHA256SUMS`, format: "gnu" },
    pattern: "^house-[0-9]+\\.iso$",
    base: url,
    answerKind: "preseed",
    sizeBytes: null,
  };
  await mkdir(join(app.home, "data"), { recursive: true });
  await writeFile(
    join(app.home, "data", "iso-catalogue.json"),
    JSON.stringify({ version: 1, isos: [entry] }),
  );
  await app.restart({ kill: "quit" });
}

async function addOwn(page: Page, path: string): Promise<void> {
  await shell(page).entry("Installers").click();
  const screen = isosScreen(page);
  await expect(screen.catalogue).toContainText("Debian stable, network installer");
  await expect(screen.row(title)).toBeVisible();
  await expectFits(page);
  await screen.add.setInputFiles(path);
  await expect(screen.own).toContainText("on this computer", guestPatience);
  await screen.own.getByRole("button", { name: /^Forget/ }).click();
  await expect(screen.own).toHaveCount(0);
}

/** Half of it arrives; then the server waits. */
async function beginDownload(page: Page): Promise<void> {
  const screen = isosScreen(page);
  await screen.download(title).click();
  await expect(screen.progress(title)).toHaveAttribute("value", "0.5", guestPatience);
  await screen.stop(title).click();
  await expect(screen.row(title)).toContainText("partly downloaded");
  await expect(screen.download(title)).toHaveText("Go on");
}

async function throwAway(page: Page, server: HeldFile): Promise<void> {
  const screen = isosScreen(page);
  await beginDownload(page);
  await screen.remove(title).click();
  await expect(screen.row(title)).not.toContainText("partly downloaded");
  await expect(screen.download(title)).toHaveText("Download");
  expect(server.asked).toEqual([0]);
}

async function pauseAndResume(page: Page, server: HeldFile): Promise<void> {
  const screen = isosScreen(page);
  await beginDownload(page);
  server.letGo();
  await screen.download(title).click();
  await expect(screen.row(title)).toContainText("on this computer", guestPatience);
  expect(server.asked.slice(0, 2)).toEqual([0, 0]);
  expect(server.asked[2]).toBeGreaterThan(0);
}

async function writeAnswers(page: Page): Promise<void> {
  const dialog = newMachine(page);
  await isosScreen(page).newMachine(title).click();
  await dialog.unattended.open.click();
  await dialog.unattended.write.click();
  await expect(dialog.error).toContainText("nobody could log in");
  await dialog.unattended.field("Host name").fill("house-one");
  await dialog.unattended.field("User").fill("mira");
  await dialog.unattended.field("Password").fill(password);
  await dialog.unattended.field("More packages").fill("nginx, vim");
  await expectFits(page);
  await dialog.unattended.write.click();
  const file = dialog.unattended.file("preseed.cfg");
  await expect(file).toHaveValue(/get_hostname string house-one/);
  await expect(file).toHaveValue(/passwd\/username string mira/);
  await expect(file).toHaveValue(/pkgsel\/include string .*nginx vim/);
  const text = await file.inputValue();
  expect(text).not.toContain(password);
  await file.fill(`${text}d-i goldsmith/edited string by-hand\n`);
  await dialog.commandLine.fill("console=ttyS0 quiet rdinit=/bin/sh");
  await dialog.memory.fill("256 MiB");
  await dialog.disk.fill("1 GiB");
  await expectFits(page);
  await dialog.create.click();
  await expect(dialog.dialog).toHaveCount(0);
}

/** A shell in the place of the installer, in the very initrd that it would have read them from. */
async function seeThemInTheGuest(page: Page): Promise<void> {
  const { text, line } = serialConsole(page);
  await expect(text).toContainText("# ", guestPatience);
  await line("grep -e get_hostname -e edited /preseed.cfg");
  await expect(text).toContainText("d-i goldsmith/edited string by-hand", guestPatience);
  await expect(text).toContainText("d-i netcfg/get_hostname string house-one");
  await forceOff(page);
}
