import { execFile } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "@playwright/test";
import { microLogin, miniInstallerIso } from "#e2e/fixtures/fixtures.ts";
import { dropFiles } from "#e2e/hosts/file-gestures.ts";
import { createHome, homeEnvironment, removeHome } from "#e2e/hosts/home.ts";
import { repository } from "#e2e/hosts/running-host.ts";
import { jobScreen } from "#e2e/pages/job.ts";
import { machineScreen, serialConsole } from "#e2e/pages/machine.ts";
import { createTestMachine } from "#e2e/pages/new-machine.ts";
import { shell } from "#e2e/pages/shell.ts";
import { workbench } from "#e2e/pages/workbench.ts";
import { expectFits } from "./fits.ts";
import { guestPatience } from "./patience.ts";
import { expect, test } from "./test.ts";

const execute = promisify(execFile);

test("a session by hand becomes a recipe, and its replay without a window ends the same", async ({ app }) => {
  test.setTimeout(600_000);
  const { page } = app;
  const bench = workbench(page);
  const terminal = serialConsole(page);

  await test.step("record an installation by hand", async () => {
    await dropFiles(page.locator("body"), [await miniInstallerIso("interactive")]);
    await createTestMachine(page, "By hand");
    await bench.recording.start.click();
    await expect(bench.recording.stop).toBeVisible();
    await expect(terminal.text).toContainText("Install to /dev/sda? [y/N]", guestPatience);
    await terminal.line("y");
    await expect(machineScreen(page).power("Off")).toBeVisible(guestPatience);
    await machineScreen(page).start.click();
    await expect(terminal.text).toContainText("micro login:", guestPatience);
    await terminal.line(microLogin.user);
    await expect(terminal.text).toContainText("Password:", guestPatience);
    await terminal.line(microLogin.password);
    await expect(terminal.text).toContainText("# ", guestPatience);
    await terminal.line("echo made by hand > /root/mark");
    await terminal.line("sync && echo kept-$((3*3))");
    await expect(terminal.text).toContainText("kept-9", guestPatience);
  });

  await test.step("meanwhile a shell in the guest, one of this computer, and a file between them", () =>
    useShells(page, app.home));

  const recipe = await test.step("stop: the recipe is shown, in order and without the password", async () => {
    await machineScreen(page).consoleTab.click();
    await terminal.line("poweroff");
    await expect(machineScreen(page).power("Off")).toBeVisible(guestPatience);
    await bench.recording.stop.click();
    await expect(bench.recording.dialog).toBeVisible();
    await bench.recording.dialog.getByRole("button", { name: "Check" }).click();
    await expect(bench.recording.problems).toContainText("The recipe is in order.");
    const text = await bench.recording.text.inputValue();
    expect(text).not.toContain(microLogin.password);
    expect(text).toContain("made by hand");
    await expectFits(page);
    return text;
  });

  await test.step("replay it with the command line alone", async () => {
    const home = await createHome();
    try {
      const path = join(home, "recipe.yaml");
      await writeFile(path, recipe);
      const secrets = Object.fromEntries(
        [...recipe.matchAll(/\{\{\s*([\w-]+)\s*\}\}/g)].map(([, name = ""]) => [
          `GOLDSMITH_VAR_${name.toUpperCase().replaceAll("-", "_")}`,
          microLogin.password,
        ]),
      );
      const env = { ...homeEnvironment(home), ...secrets };
      const run = (...words: string[]) =>
        execute(process.execPath, ["out/main/cli.js", ...words], { cwd: repository, env });
      await run("build", path, "--name", "Replayed", "--keep", "--json");
      const [mine, theirs] = await Promise.all([flatDisk(app.home), flatDisk(home)]);
      const { stdout: byHand } = await run("cat", `${mine}:/root/mark`);
      const { stdout: replayed } = await run("cat", `${theirs}:/root/mark`);
      expect([byHand, replayed]).toEqual(["made by hand\n", "made by hand\n"]);
    } finally {
      await removeHome(home);
    }
  });
});

async function useShells(page: Page, home: string): Promise<void> {
  const { tab, guest } = workbench(page);
  await tab("Guest").click();
  await guest.letMeIn.click(guestPatience);
  await guest.authorize.getByLabel("User in the guest").fill(microLogin.user);
  // The micro guest's sshd takes no passwords.
  await guest.authorize.getByRole("textbox", { name: "Password" }).fill(microLogin.password);
  await guest.authorize.getByRole("button", { name: "Install the key" }).click();
  await expect(guest.authorize.getByRole("alert")).toContainText("does not let root in", guestPatience);
  await guest.authorize.getByRole("radio", { name: "At the console" }).check();
  await guest.authorize.getByRole("button", { name: "Type it at the console" }).click();
  await expect(guest.authorize.getByText(/ssh-ed25519 /)).toBeVisible();
  // The guest's shell needs a moment for the line.
  await expect(async () => {
    await guest.authorize.getByRole("button", { name: "It is in, try it" }).click({ timeout: 5_000 });
    await expect(guest.status).toContainText("Reached by SSH as root", { timeout: 10_000 });
  }).toPass(guestPatience);
  await guest.guestShell.click();
  const inGuest = guest.shell("root@By hand");
  await inGuest.getByRole("textbox", { name: "Terminal input" }).pressSequentially("echo guest-$((6*7))\n");
  await expect(guest.shellText("root@By hand")).toContainText("guest-42", guestPatience);
  await guest.hostShell.click();
  const onHost = guest.shell("This computer");
  await onHost.getByRole("textbox", { name: "Terminal input" }).pressSequentially("echo host-$((7*7))\n");
  await expect(guest.shellText("This computer")).toContainText("host-49", guestPatience);
  await expectFits(page);

  const file = join(home, "letter.txt");
  await writeFile(file, "a letter to the guest\n");
  await guest.copy.click();
  await guest.copyDialog.getByLabel("Path").fill(file);
  await guest.copyDialog.getByLabel("Folder in the guest").fill("/root");
  await guest.copyDialog.getByRole("button", { name: "Copy", exact: true }).click();
  await expect(jobScreen(page).status("Done")).toBeVisible(guestPatience);
  await shell(page).entry("By hand").click();
}

/** The disk of the one machine of a library, its layers in one file. */
async function flatDisk(home: string): Promise<string> {
  const machines = join(home, "data", "machines");
  for (const id of await readdir(machines)) {
    const folder = join(machines, id);
    if (!(await readdir(folder)).includes("machine.json")) continue;
    const flat = join(home, "flat.qcow2");
    await execute("qemu-img", ["convert", "-O", "qcow2", join(folder, "disk.qcow2"), flat]);
    return flat;
  }
  throw new Error(`There is no machine in ${home}`);
}
