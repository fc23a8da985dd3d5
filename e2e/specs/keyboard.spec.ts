import { tabTo } from "#e2e/pages/keyboard.ts";
import { machineScreen } from "#e2e/pages/machine.ts";
import { newMachine } from "#e2e/pages/new-machine.ts";
import { runCommand, shell } from "#e2e/pages/shell.ts";
import { guestPatience } from "./patience.ts";
import { expect, test } from "./test.ts";

test("a machine is made, started and switched off by the keyboard alone", async ({ app: { page } }) => {
  const { dialog, isoPath, name, memory, disk, create, cancel } = newMachine(page);
  const { keyboard } = page;
  await shell(page).statusBar.getByText(/free/).waitFor();

  await test.step("Escape closes the dialog and gives the focus back", async () => {
    const opener = shell(page).library.getByRole("button", { name: "New machine" });
    await tabTo(page, opener);
    await keyboard.press("Enter");
    await tabTo(page, isoPath);
    await keyboard.type("/no/such/installer.iso");
    await expect(dialog).toContainText("There is no file /no/such/installer.iso");
    await keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
    await expect(opener).toBeFocused();
  });

  await test.step("a dialog that does not fit begins at its first field all the same", async () => {
    const size = page.viewportSize();
    await page.setViewportSize({ width: 1000, height: 500 });
    await runCommand(page, "connect a staging storage");
    const connect = page.getByRole("dialog", { name: "Connect a staging storage" });
    await expect(connect.getByRole("radio", { name: "S3-compatible" })).toBeFocused();
    await keyboard.press("Escape");
    await expect(connect).toHaveCount(0);
    if (size !== null) await page.setViewportSize(size);
  });

  await test.step("the form is filled in by Tab and sent by Enter", async () => {
    await keyboard.press("Control+N");
    await tabTo(page, name);
    await keyboard.type("By hand");
    for (const [field, text] of [
      [memory, "256 MiB"],
      [disk, "64 MiB"],
    ] as const) {
      await tabTo(page, field);
      await keyboard.press("Control+A");
      await keyboard.type(text);
    }
    const blockBus = dialog.getByRole("radio", { name: "VirtIO block" });
    await tabTo(page, dialog.getByRole("radio", { name: "VirtIO SCSI" }));
    await keyboard.press("ArrowRight");
    await expect(blockBus).toBeChecked();
    await tabTo(page, cancel);
    await tabTo(page, create);
    await keyboard.press("Enter");
    await expect(machineScreen(page).power("Running")).toBeVisible(guestPatience);
  });

  await test.step("what cannot be taken back asks first, with the focus on the harmless answer", async () => {
    await tabTo(page, machineScreen(page).forceOff);
    await keyboard.press("Enter");
    const sure = page.getByRole("dialog", { name: /^Force/ });
    await expect(sure.getByRole("button", { name: "Cancel" })).toBeFocused();
    await keyboard.press("Enter");
    await expect(machineScreen(page).forceOff).toBeFocused();
    await keyboard.press("Enter");
    await tabTo(page, sure.getByRole("button", { name: "Force off" }));
    await keyboard.press("Enter");
    await expect(machineScreen(page).power("Off")).toBeVisible(guestPatience);
  });
});
