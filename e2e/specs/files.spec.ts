import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { microImage } from "#e2e/fixtures/fixtures.ts";
import { chooseFiles, dropFiles } from "#e2e/hosts/file-gestures.ts";
import { checkPanel } from "#e2e/pages/check.ts";
import { home } from "#e2e/pages/home.ts";
import { newMachine } from "#e2e/pages/new-machine.ts";
import { shell } from "#e2e/pages/shell.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { expectFits } from "./fits.ts";
import { expect, test } from "./test.ts";

let folder = "";
test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gs-files-"));
});
test.afterAll(() => rm(folder, { recursive: true, force: true }));

test("what cannot be used is refused in words and leaves nothing behind", async ({ app }) => {
  const { page } = app;
  const good = await microImage();

  await test.step("a disk image named .iso, dropped: judged as what it is", async () => {
    const path = join(folder, "installer.iso");
    await copyFile(good, path);
    await chooseFiles(page, home(page).chooseIso, [path]);
    await expect(checkPanel(page).verdicts).toBeVisible();
    await expect(checkPanel(page).facts).toContainText("qcow2");
    await expect(newMachine(page).dialog).toBeHidden();
  });

  await test.step("a disk image named .iso, named as installer: refused", async () => {
    const path = join(folder, "installer.iso");
    await tryMachine(page, path);
    await expect(newMachine(page).error).toContainText(`${path} is a disk image`);
    await expect(newMachine(page).error).toContainText("Choose an installer ISO");
  });

  await test.step("an ISO without boot record: refused", async () => {
    const path = join(folder, "data.iso");
    await mkdir(join(folder, "data"));
    await writeFile(join(folder, "data", "hello.txt"), "no boot record here\n");
    await nodeProcesses.run(["xorriso", "-as", "mkisofs", "-quiet", "-o", path, join(folder, "data")]);
    await tryMachine(page, path);
    await expect(newMachine(page).error).toContainText("has no boot image: it is an ISO with data only");
  });

  await test.step("a path that does not exist, a folder: refused", async () => {
    await tryMachine(page, join(folder, "nowhere.iso"));
    await expect(newMachine(page).error).toContainText(`There is no file ${join(folder, "nowhere.iso")}`);
    await tryMachine(page, folder);
    await expect(newMachine(page).error).toContainText("is a folder");
    await newMachine(page).cancel.click();
  });

  await test.step("a truncated qcow2: a report in words", async () => {
    const path = join(folder, "truncated.qcow2");
    await writeFile(path, (await readFile(good)).subarray(0, 3_000_000));
    await dropFiles(page.locator("body"), [path]);
    await expect(shell(page).title).toHaveText("truncated.qcow2");
    await expect(checkPanel(page).error).toContainText("not a readable image");
    await expect(checkPanel(page).error).toContainText(/truncated|shorter|ends/);
    await expectFits(page);
  });

  await test.step("a dropped folder: a message", async () => {
    await dropFiles(page.locator("body"), [join(folder, "data")]);
    await expect(shell(page).messages).toContainText("“data” cannot be read");
  });

  await expect(shell(page).section("Machines")).toHaveCount(0);
  expect(await readdir(join(app.home, "data", "machines"))).toEqual([]);
});

/** Asks for a machine from this path, in the dialog that may still be open from the last try. */
async function tryMachine(page: Page, isoPath: string): Promise<void> {
  const dialog = newMachine(page);
  if (await dialog.dialog.isVisible()) await dialog.cancel.click();
  await page.keyboard.press("Control+N");
  await dialog.isoPath.fill(isoPath);
  await dialog.create.click();
}
