import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeFileAtomic } from "#core/library/json-file.ts";
import { accountScreen, connectDialog, keysDialog, stagingScreen } from "#e2e/pages/accounts.ts";
import { runCommand, shell } from "#e2e/pages/shell.ts";
import { startDigitalOceanEmulator } from "#providers/digitalocean/emulator.ts";
import { startPracticeS3 } from "#staging/practice/practice-s3.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { nodeClock } from "#system/node-clock.ts";
import { expectFits } from "./fits.ts";
import { expect, test } from "./test.ts";

const oldToken = "dop_v1_before";
const newToken = "dop_v1_after";
const oldSecret = "s3-secret-before";
const newSecret = "s3-secret-after";

/** A provider and a store outside the app, on loopback, whose keys run out when they are told to. */
async function startWorld() {
  const folder = await mkdtemp(join(tmpdir(), "gs-keys-"));
  const provider = (secret: string, port = 0) =>
    startDigitalOceanEmulator({
      folder: join(folder, "provider"),
      secret,
      port,
      processes: nodeProcesses,
      clock: nodeClock,
      writeFileAtomic,
    });
  const store = (secretAccessKey: string, accessKeyId: string, port = 0) =>
    startPracticeS3({
      folder: join(folder, "store"),
      port,
      accessKeyId,
      secretAccessKey,
      buckets: ["images"],
    });
  let [account, storage] = await Promise.all([provider(oldToken), store(oldSecret, "AKBEFORE")]);
  const { apiBase } = account;
  const { endpoint } = storage;
  return {
    apiBase,
    endpoint,
    /** From now on only the new keys are accepted. */
    async rotate() {
      await Promise.all([account.close(), storage.close()]);
      const portOf = (url: string): number => Number(new URL(url).port);
      account = await provider(newToken, portOf(apiBase));
      storage = await store(newSecret, "AKAFTER", portOf(endpoint));
    },
    async close() {
      await Promise.all([account.close(), storage.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

test("an account and its storage get other keys, tested before the old ones go", async ({ app }) => {
  const { page } = app;
  const world = await startWorld();
  const dialog = keysDialog(page);
  try {
    await test.step("both are connected", async () => {
      await runCommand(page, "connect an account");
      const connect = connectDialog(page);
      await connect.provider("DigitalOcean").click();
      await connect.field("API token").fill(oldToken);
      await connect.dialog.getByText("Another address of the API").click();
      await connect.field("Address of the API").fill(world.apiBase);
      await connect.staging.selectOption("New: S3-compatible storage");
      await connect.field("Endpoint").fill(world.endpoint);
      await connect.field("Bucket").fill("images");
      await connect.field("Access key id").fill("AKBEFORE");
      await connect.field("Secret access key").fill(oldSecret);
      await connect.connect.click();
      await expect(shell(page).title).toHaveText("DigitalOcean");
    });
    await world.rotate();

    await test.step("the account's old key is refused, and so is a wrong new one", async () => {
      await accountScreen(page).test.click();
      await expect(shell(page).messages.getByRole("alert").first()).toBeVisible();
      await accountScreen(page).keys.click();
      await expect(dialog.field("Name")).toHaveValue("DigitalOcean");
      await expect(dialog.field("API token")).toHaveValue("");
      await expectFits(page);
      await dialog.field("API token").fill("dop_v1_wrong");
      await dialog.save.click();
      await expect(dialog.error).toBeVisible();
      await expect(dialog.field("API token")).toHaveValue("");
    });

    await test.step("a good one is taken, with another name", async () => {
      await dialog.field("Name").fill("Work");
      await dialog.field("API token").fill(newToken);
      await dialog.save.click();
      await expect(dialog.dialog).toHaveCount(0);
      await expect(accountScreen(page).keys).toBeFocused();
      await expect(shell(page).title).toHaveText("Work");
      await accountScreen(page).test.click();
      await expect(shell(page).messages).toContainText("Work accepts the credentials");
    });

    await test.step("the storage keeps its place and gets another key", async () => {
      await shell(page).section("Staging").getByRole("button").click();
      await stagingScreen(page).keys.click();
      await expect(dialog.field("Bucket")).toBeDisabled();
      await expect(dialog.field("Bucket")).toHaveValue("images");
      await dialog.field("Secret access key").fill("wrong");
      await dialog.save.click();
      await expect(dialog.error).toBeVisible();
      await dialog.field("Access key id").fill("AKAFTER");
      await dialog.field("Secret access key").fill(newSecret);
      await expectFits(page);
      await dialog.save.click();
      await expect(dialog.dialog).toHaveCount(0);
      await stagingScreen(page).lookAgain.click();
      await expect(shell(page).main).toContainText("Empty, verified");
      await expect(shell(page).main.getByRole("alert")).toHaveCount(0);
    });

    await test.step("a change of mind changes nothing", async () => {
      await stagingScreen(page).keys.click();
      await dialog.field("Name").fill("Never");
      await page.keyboard.press("Escape");
      await expect(dialog.dialog).toHaveCount(0);
      await expect(stagingScreen(page).keys).toBeFocused();
      await expect(shell(page).title).not.toHaveText("Never");
    });
  } finally {
    await world.close();
  }
});
