import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { JSHandle, Page } from "@playwright/test";
import { microImage } from "#e2e/fixtures/fixtures.ts";
import { chooseFiles, dropFiles } from "#e2e/hosts/file-gestures.ts";
import { checkPanel, verdictsShown } from "#e2e/pages/check.ts";
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

/** From the drop to the verdicts on the screen, for an image of some tens of megabytes; a browser sends it first. */
const verdictTargetMs = 1000;
/** Two shared cores without a graphics card also draw the page; past this it is not the computer any more. */
const verdictLimitMs = 4000;

test("a dropped image is judged at once", async ({ app: { page, host } }) => {
  const image = await microImage();
  await expect(shell(page).statusBar).toContainText(/KVM|TCG/, { timeout: 30_000 });
  let fastestMs = Number.POSITIVE_INFINITY;
  // A busy machine may spoil a measurement; a slow product spoils all five.
  for (let round = 0; round < 5 && fastestMs > verdictTargetMs; round += 1) {
    const watch = await watchDrop(page);
    await dropFiles(page.locator("body"), [image]);
    await expect(checkPanel(page).verdicts).toBeVisible();
    fastestMs = Math.min(fastestMs, await watch.evaluate(({ elapsed }) => elapsed));
    await expect(shell(page).title).toHaveText(basename(image));
    await expect(checkPanel(page).facts).toContainText("MicroCloud 1 (test guest)");
    expect(Object.keys(await verdictsShown(page))).toHaveLength(6);
    if (round === 0) await expectFits(page);
    await page.getByRole("button", { name: "Close report" }).click();
    await expect(checkPanel(page).verdicts).toHaveCount(0);
  }
  const figure = `${Math.round(fastestMs)} ms`;
  test.info().annotations.push({ type: "drop to verdicts", description: figure });
  console.log(`From drop to verdicts, ${host}: ${figure}`);
  expect(fastestMs).toBeLessThan(verdictLimitMs);
});

/** Measures in the window itself: from its drop event to the frame after the verdicts are in the page. */
const watchDrop = (page: Page): Promise<JSHandle<{ elapsed: Promise<number> }>> =>
  page.evaluateHandle(() => {
    const elapsed = new Promise<number>((resolve) => {
      const onDrop = (): void => {
        const droppedMs = performance.now();
        const observer = new MutationObserver(() => {
          if (document.querySelector("table[aria-label=Verdicts]") === null) return;
          observer.disconnect();
          requestAnimationFrame(() => resolve(performance.now() - droppedMs));
        });
        observer.observe(document.body, { childList: true, subtree: true });
      };
      window.addEventListener("drop", onDrop, { capture: true, once: true });
    });
    // In a box, for a promise itself would be waited for.
    return { elapsed };
  });

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
