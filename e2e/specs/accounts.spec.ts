import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { connectDialog } from "#e2e/pages/accounts.ts";
import { runCommand, shell } from "#e2e/pages/shell.ts";
import { expectFits } from "./fits.ts";
import { expect, test } from "./test.ts";

/** Nothing listens on port 9 (discard) of this computer: every way out of the app ends there, none at a provider. */
const deadEnd = "http://127.0.0.1:9";
test.beforeAll(() => {
  Object.assign(process.env, { NODE_USE_ENV_PROXY: "1", HTTPS_PROXY: deadEnd, HTTP_PROXY: deadEnd });
});
test.afterAll(() => {
  for (const name of ["NODE_USE_ENV_PROXY", "HTTPS_PROXY", "HTTP_PROXY"]) delete process.env[name];
});

test("an account that cannot be reached is refused in words, and its keys are kept nowhere", async ({
  app,
}) => {
  const { page } = app;
  await runCommand(page, "connect an account");
  const dialog = connectDialog(page);
  await expect(dialog.found).not.toContainText("Looking");
  await expectFits(page);
  await dialog.provider("DigitalOcean").click();
  await dialog.staging.selectOption("New: S3-compatible storage");
  await dialog.connect.click();
  await expect(dialog.dialog).toContainText("API token is needed");
  await expect(dialog.field("API token")).toBeFocused();
  await dialog.field("API token").fill("dop_v1_not-a-real-token");
  await dialog.field("Endpoint").fill(deadEnd);
  await dialog.field("Bucket").fill("images");
  await dialog.field("Access key id").fill("AKIDEXAMPLE");
  await dialog.field("Secret access key").fill("not-a-real-secret");
  await expectFits(page);
  await dialog.connect.click();

  await expect(dialog.error).toContainText("No connection", { timeout: 60_000 });
  await expect(dialog.error).toContainText("api.digitalocean.com");
  await expect(dialog.field("API token")).toHaveValue("");
  await expect(dialog.field("Secret access key")).toHaveValue("");
  await page.keyboard.press("Escape");
  await expect(shell(page).section("Accounts")).toHaveCount(0);
  await expect(shell(page).section("Staging")).toHaveCount(0);
  for (const secret of ["not-a-real-token", "not-a-real-secret"]) {
    expect(await filesWith(app.home, secret), secret).toEqual([]);
  }
});

/** Files below the app's folders that hold this text. */
async function filesWith(appHome: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const room of ["data", "config", "cache"]) {
    const entries = await readdir(join(appHome, room), { recursive: true, withFileTypes: true }).catch(
      () => [],
    );
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile() && (await readFile(path)).includes(text)) found.push(path);
    }
  }
  return found;
}
