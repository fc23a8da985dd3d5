import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { microImage, miniInstallerIso } from "#e2e/fixtures/fixtures.ts";
import { chooseFiles, dropFiles } from "#e2e/hosts/file-gestures.ts";
import { checkPanel, exportReport, verdictsShown } from "#e2e/pages/check.ts";
import { home } from "#e2e/pages/home.ts";
import { newMachine } from "#e2e/pages/new-machine.ts";
import { shell } from "#e2e/pages/shell.ts";
import { expectFits } from "./fits.ts";
import { expect, test } from "./test.ts";

let folder = "";
test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gs-check-"));
});
test.afterAll(() => rm(folder, { recursive: true, force: true }));

const body = (page: Page) => page.locator("body");

test("several things dropped at once: each is judged or answered in words", async ({ app: { page } }) => {
  const good = join(folder, "good.qcow2");
  const broken = join(folder, "broken.qcow2");
  const iso = join(folder, "installer.iso");
  await copyFile(await microImage(), good);
  await writeFile(broken, (await readFile(good)).subarray(0, 3_000_000));
  await copyFile(await miniInstallerIso("interactive"), iso);
  await mkdir(join(folder, "a folder"));

  await dropFiles(body(page), [good, join(folder, "a folder"), broken, iso]);
  await expect(shell(page).title).toHaveText("good.qcow2");
  await expect(checkPanel(page).verdicts).toBeVisible();
  await expect(shell(page).messages).toContainText("“a folder” cannot be read");
  const files = shell(page).section("Checked files").getByRole("button");
  await expect(files).toHaveCount(3);
  await expect(files.filter({ hasText: "reading" })).toHaveCount(0);
  await expect(newMachine(page).dialog).toBeHidden();

  await test.step("over an open report, another one takes its place", async () => {
    await shell(page).entry("broken.qcow2").click();
    await expect(checkPanel(page).error).toContainText("not a readable image");
    await dropFiles(body(page), [good]);
    await expect(shell(page).title).toHaveText("good.qcow2");
  });

  await test.step("over an open dialog, which gives way; an archive is unpacked", async () => {
    const packed = join(folder, "good.qcow2.gz");
    await writeFile(packed, gzipSync(await readFile(good), { level: 1 }));
    await page.keyboard.press("Control+N");
    await expect(newMachine(page).dialog).toBeVisible();
    await dropFiles(newMachine(page).dialog.getByRole("heading", { level: 2 }).first(), [packed]);
    await expect(newMachine(page).dialog).toBeHidden();
    await expect(shell(page).title).toHaveText("good.qcow2.gz");
    await expect(checkPanel(page).factGroup("Image")).toContainText("in gzip");
  });

  await test.step("the installer is judged as one, and a machine can be made from it", async () => {
    await shell(page).entry("installer.iso").click();
    await expect(checkPanel(page).factGroup("Installer")).toContainText("BIOS");
    await page.getByRole("button", { name: "Make a machine from it" }).click();
    await expect(newMachine(page).isoPath).toHaveValue(/installer\.iso$/);
    await newMachine(page).cancel.click();
  });

  await test.step("dropped alone, an installer asks for a machine and is judged meanwhile", async () => {
    await page.getByRole("button", { name: "Close report" }).click();
    await expect(shell(page).entry("installer.iso")).toHaveCount(0);
    await dropFiles(body(page), [iso]);
    await expect(newMachine(page).isoPath).toHaveValue(/installer\.iso$/);
    await newMachine(page).cancel.click();
    await expect(shell(page).entry("installer.iso")).toBeVisible();
  });
});

test("several images chosen at the door are all sent and judged", async ({ app: { page } }) => {
  const names = ["one.qcow2", "two.qcow2", "three.qcow2"];
  const paths = names.map((name) => join(folder, name));
  for (const path of paths) await copyFile(await microImage(), path);
  await chooseFiles(page, home(page).chooseImage, paths);
  await expect(shell(page).title).toHaveText("one.qcow2");
  // The door is gone by then; the others arrive all the same.
  for (const name of names) await expect(shell(page).entry(name)).toBeVisible();
  await expect(shell(page).section("Checked files").getByText("reading")).toHaveCount(0);
});

test("the matrix leads to every finding by the keyboard", async ({ app: { page } }) => {
  await dropFiles(body(page), [await microImage()]);
  const panel = checkPanel(page);
  await expect(panel.verdicts).toBeVisible();
  const verdicts = await verdictsShown(page);
  expect(Object.keys(verdicts)).toHaveLength(6);

  // One stop of the Tab key; from the corner to SSH at the last provider and back.
  await panel.row("DigitalOcean").getByRole("rowheader").focus();
  await page.keyboard.press("Control+End");
  await expect(panel.row("Any KVM cloud").getByRole("gridcell").last()).toBeFocused();
  await page.keyboard.press("Home");
  await expect(panel.row("Any KVM cloud").getByRole("rowheader")).toBeFocused();
  await page.keyboard.press("Control+Home");
  await expect(panel.row("DigitalOcean").getByRole("rowheader")).toBeFocused();

  await panel.cell("DigitalOcean", "First boot").focus();
  await page.keyboard.press("Enter");
  const findings = panel.findings("DigitalOcean");
  await expect(findings.locator(".finding").first()).toBeFocused();
  await expect(panel.filter).toContainText("First boot");
  await page.keyboard.press("Escape");
  await expect(panel.row("DigitalOcean").getByRole("rowheader")).toBeFocused();

  await test.step("filters: by level, then everything of every provider again", async () => {
    await panel.filter.getByRole("button", { name: /^Show all topics/ }).click();
    await panel.filter.getByRole("button", { name: /^Passed/ }).click();
    await expect(findings.getByRole("list")).toHaveCount(1);
    await expect(findings.getByRole("list", { name: /passed$/ })).toBeVisible();
    await panel.filter.getByRole("combobox", { name: "Provider" }).selectOption("All providers");
    await panel.filter.getByRole("button", { name: /^Passed/ }).click();
    await expect(panel.findings("all providers").getByRole("list").first()).toBeVisible();
  });
  await expectFits(page);
});

test("a report is taken away as Markdown, HTML, JSON and SARIF", async ({ app: { page, host } }) => {
  if (host === "browser") await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const image = join(folder, "web server.qcow2");
  await copyFile(await microImage(), image);
  await dropFiles(body(page), [image]);
  const panel = checkPanel(page);
  await expect(panel.verdicts).toBeVisible();

  await panel.copyMarkdown.click();
  await expect(shell(page).messages).toContainText("Copied the report as Markdown");
  if (host === "browser") {
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toMatch(/^# Check of web server\.qcow2\n/);
    expect(copied).toContain("| DigitalOcean |");
  }

  const exported = async (item: string): Promise<{ name: string; text: string }> => {
    const download = await exportReport(page, item);
    return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
  };
  const html = await exported("HTML");
  expect(html.name).toBe("web-server-check.html");
  expect(html.text).toContain("<h1>web server.qcow2</h1>");
  const json = await exported("JSON");
  expect(JSON.parse(json.text)).toMatchObject({ schemaVersion: 1, files: [{ format: "qcow2" }] });
  const sarif = await exported("SARIF");
  expect(sarif.name).toBe("web-server-check.sarif");
  expect(JSON.parse(sarif.text)).toMatchObject({ version: "2.1.0" });

  await test.step("the page is readable alone, and asks for nothing", async () => {
    const path = join(folder, html.name);
    await writeFile(path, html.text);
    const alone = await page.context().newPage();
    const asked: string[] = [];
    alone.on("request", (request) => asked.push(request.url()));
    const complaints: string[] = [];
    alone.on("console", (message) => complaints.push(message.text()));
    await alone.goto(`file://${path}`);
    await expect(alone.getByRole("heading", { level: 1 })).toHaveText("web server.qcow2");
    await expect(alone.getByRole("rowheader", { name: "DigitalOcean" })).toBeVisible();
    const width = await alone.evaluate(() => getComputedStyle(document.body).maxWidth);
    expect(width).toBe("960px");
    expect({ asked, complaints }).toEqual({ asked: [`file://${path}`], complaints: [] });
    await alone.close();
  });
});
