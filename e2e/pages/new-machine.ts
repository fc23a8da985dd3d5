import type { Page } from "@playwright/test";

/** The dialog that makes a machine. */
export function newMachine(page: Page) {
  const dialog = page.getByRole("dialog", { name: "New machine" });
  return {
    dialog,
    iso: dialog.getByRole("group", { name: "Installer ISO" }),
    isoFile: dialog.getByLabel("Installer ISO file"),
    isoPath: dialog.getByRole("group", { name: "Installer ISO" }).getByRole("textbox"),
    name: dialog.getByLabel("Name"),
    cores: dialog.getByLabel("Cores"),
    memory: dialog.getByLabel("Memory", { exact: true }),
    disk: dialog.getByLabel("Disk", { exact: true }),
    commandLine: dialog.getByLabel("Kernel command line"),
    unattended: {
      open: dialog.getByRole("button", { name: "Install unattended…" }),
      field: (label: string) => dialog.getByLabel(label, { exact: true }),
      write: dialog.getByRole("button", { name: "Write the answers" }),
      /** An answer file, as it would be handed over. */
      file: (name: string) => dialog.getByLabel(name, { exact: true }),
      byHand: dialog.getByRole("button", { name: "Answer by hand instead" }),
    },
    create: dialog.getByRole("button", { name: "Create and start" }),
    cancel: dialog.getByRole("button", { name: "Cancel" }),
    error: dialog.getByRole("alert"),
  };
}

/** Fills in what a test guest needs, so that it is quick to make and to compact, and starts it. */
export async function createTestMachine(page: Page, name: string): Promise<void> {
  const dialog = newMachine(page);
  await dialog.name.fill(name);
  await dialog.memory.fill("512 MiB");
  await dialog.disk.fill("1 GiB");
  await dialog.create.click();
}
