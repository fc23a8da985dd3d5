import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { imageScreen } from "#e2e/pages/image.ts";
import { tabTo } from "#e2e/pages/keyboard.ts";
import { batchScreen, publishDialog } from "#e2e/pages/publish.ts";
import { remoteImages, remoteImageScreen } from "#e2e/pages/remote.ts";
import { shell } from "#e2e/pages/shell.ts";
import { expectFits } from "./fits.ts";
import { guestPatience } from "./patience.ts";
import { takeIntoLibrary } from "./take-into-library.ts";
import { expect, test } from "./test.ts";

const providers = ["DigitalOcean", "Contabo", "Fybe", "Oracle Cloud Infrastructure", "Hypervisor.io"];
const failing = "Practice Contabo";
const chosen = ["Practice DigitalOcean", failing, "Practice Oracle Cloud Infrastructure"];
const complaint = "The image could not be downloaded";

test("an image goes to three accounts at once; one fails, says why, and is retried while the others arrive", async ({
  app,
}) => {
  test.setTimeout(600_000);
  const { page } = app;
  const faults = join(app.home, "data", "practice", "faults.json");
  await test.step("a file of this computer is taken into the library", () => takeIntoLibrary(page));
  await test.step("it has notes and tags, and is found by them", () => labelImage(page));
  await test.step("the practice accounts of all providers come with one click", () => addPractice(page));
  await test.step("an account is chosen by the keyboard alone", () => byKeyboard(page));
  await test.step("three are chosen; what stands against it is on screen", () => choose(page));
  await mkdir(join(app.home, "data", "practice"), { recursive: true });
  await writeFile(faults, JSON.stringify({ contabo: { import: { kind: "fail", message: complaint } } }));
  await test.step("one fails with its cause and what to do; the others finish", () => oneFails(page));
  await rm(faults);
  await test.step("the retry succeeds", () => retry(page));
  await test.step("all images are in one list", () => lookAround(page));
  await test.step("one is renamed, then deleted by its typed name", () => renameAndDelete(page));
  await test.step("the staging is empty", () => seeEmptyStaging(page));
});

async function labelImage(page: Page): Promise<void> {
  const { more, edit, tags, notes } = imageScreen(page);
  const search = page.getByRole("searchbox", { name: "Search the library" });
  const title = (await shell(page).title.textContent()) ?? "";
  await more("Name, notes and tags…");
  await edit.getByLabel("Notes").fill("patched on Monday");
  await edit.getByLabel("Tags").fill("web, golden");
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(edit).toHaveCount(0);
  await expect(notes).toContainText("patched on Monday");
  await expect(tags).toHaveText(["web", "golden"]);
  for (const [words, count] of [
    ["patched", 1],
    ["golden", 1],
    ["no such word", 0],
  ] as const) {
    await search.fill(words);
    await expect(shell(page).entry(title)).toHaveCount(count);
  }
  await search.fill("");
}

async function addPractice(page: Page): Promise<void> {
  await imageScreen(page).publish.click();
  await publishDialog(page).usePractice.click();
  for (const provider of providers) {
    await expect(publishDialog(page).choose(`Practice ${provider}`)).toBeVisible();
  }
}

async function byKeyboard(page: Page): Promise<void> {
  const { dialog, choose: box, details } = publishDialog(page);
  const opener = imageScreen(page).publish;
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(opener).toBeFocused();
  await page.keyboard.press("Enter");
  await tabTo(page, box(failing));
  await page.keyboard.press("Space");
  await expect(box(failing)).toBeChecked();
  await tabTo(page, details(failing));
  await page.keyboard.press("Enter");
  await expect(publishDialog(page).row(failing)).toContainText("Who can read it");
  await page.keyboard.press("Escape");
  await expect(opener).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(box(failing)).not.toBeChecked();
}

async function choose(page: Page): Promise<void> {
  const dialog = publishDialog(page);
  for (const account of chosen) await dialog.choose(account).check();
  await dialog.details(failing).click();
  await expect(dialog.row(failing)).toContainText("Who can read it");
  for (const account of chosen) {
    await expect(dialog.row(account)).toContainText("Would not work");
    await expect(dialog.publish).toBeDisabled();
    await dialog.override(account).check();
  }
  await chooseFormat(page);
  await expect(dialog.publish).toHaveText("Publish to 3 accounts");
  await expect(dialog.publish).toBeEnabled();
  await expectFits(page);
}

/** Where an account takes several formats, the default says why it is, and another can be chosen. */
async function chooseFormat(page: Page): Promise<void> {
  const [digitalOcean = ""] = chosen;
  const { details, format, row } = publishDialog(page);
  await expect(format(failing)).toHaveCount(0); // qcow2 is all that it takes
  await details(digitalOcean).click();
  await expect(format(digitalOcean)).toHaveValue("");
  await expect(row(digitalOcean)).toContainText("Nothing is converted");
  await format(digitalOcean).selectOption("raw-gzip");
  await expect(row(digitalOcean)).toContainText("The image as raw, gzipped");
  await expectFits(page);
  await format(digitalOcean).selectOption("");
  await expect(row(digitalOcean)).toContainText("as it is");
}

async function oneFails(page: Page): Promise<void> {
  await publishDialog(page).publish.click();
  const batch = batchScreen(page);
  await expect(batch.summary).toContainText("3 accounts");
  await expectFits(page);
  await expect(batch.summary).toHaveText("3 accounts: 2 done, 1 failed", guestPatience);
  await expect(batch.error(failing)).toContainText(complaint);
  await expect(batch.retry(failing)).toBeVisible();
  await expect(batch.card("Practice DigitalOcean")).toContainText("Available");
  await expectFits(page);
}

async function retry(page: Page): Promise<void> {
  const batch = batchScreen(page);
  await batch.retry(failing).click();
  await expect(batch.summary).toHaveText("3 accounts: 3 done", guestPatience);
  await expect(batch.card(failing)).toContainText("Available");
}

async function renameAndDelete(page: Page): Promise<void> {
  const image = remoteImageScreen(page);
  await remoteImages(page).rows.filter({ hasText: "Practice DigitalOcean" }).getByRole("button").click();
  await image.rename.click();
  await image.renameDialog.getByLabel("Name").fill("golden");
  await image.renameDialog.getByRole("button", { name: "Rename" }).click();
  await expect(shell(page).title).toHaveText("golden");
  await expectFits(page);
  await image.delete.click();
  const gone = image.deleteDialog.getByRole("button", { name: "Delete for good" });
  await expect(gone).toBeDisabled();
  await image.deleteDialog.getByRole("textbox").fill("golden");
  await gone.click();
  await expect(shell(page).title).toHaveText("Remote images");
  await expect(remoteImages(page).rows).toHaveCount(2);
}

async function seeEmptyStaging(page: Page): Promise<void> {
  const stagings = shell(page).section("Staging").getByRole("button");
  for (let at = 0; at < (await stagings.count()); at += 1) {
    await stagings.nth(at).click();
    await expect(shell(page).main).toContainText("Empty, verified at");
  }
  await expectFits(page);
}

async function lookAround(page: Page): Promise<void> {
  await shell(page).entry("Remote images").click();
  await expect(remoteImages(page).rows).toHaveCount(3);
  for (const account of chosen)
    await expect(remoteImages(page).rows.filter({ hasText: account })).toHaveCount(1);
  await expect(remoteImages(page).rows.filter({ hasText: "Available" })).toHaveCount(3);
  await expectFits(page);
}
