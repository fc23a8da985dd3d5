import type { Page } from "@playwright/test";

/** What is done with a machine beside its console: its tabs, its menu and their dialogs. */
export function workbench(page: Page) {
  const main = page.getByRole("main");
  const tab = (name: string) => main.getByRole("tab", { name, exact: true });
  const dialog = (name: string | RegExp) => page.getByRole("dialog", { name });
  return {
    tab,
    more: async (item: string): Promise<void> => {
      await main.getByRole("button", { name: "More" }).click();
      await page.getByRole("menuitem", { name: item }).click();
    },
    importDisk: dialog("New machine from a disk"),
    edit: dialog("Name, notes and hardware"),
    capture: dialog(/^Capture/),
    duplicate: dialog(/^Duplicate/),
    checkpoints: {
      list: main.getByRole("list", { name: "Checkpoints" }),
      row: (name: string) =>
        main.getByRole("list", { name: "Checkpoints" }).getByRole("listitem").filter({ hasText: name }),
      create: main.getByRole("button", { name: "New checkpoint…" }),
      dialog: dialog("New checkpoint"),
      restore: (name: string) => main.getByRole("button", { name: `Restore ${name}` }),
      branch: (name: string) => main.getByRole("button", { name: `Branch from ${name}` }),
      remove: (name: string) => main.getByRole("button", { name: `Delete ${name}` }),
    },
    display: {
      region: main.getByRole("region", { name: "Display" }),
      screen: main.getByRole("region", { name: "Display" }).locator("canvas"),
      screenshot: main.getByRole("button", { name: "Screenshot" }),
      typeClipboard: main.getByRole("button", { name: "Type clipboard" }),
      ctrlAltDel: main.getByRole("button", { name: "Ctrl-Alt-Del" }),
    },
    guest: {
      status: main.getByRole("region", { name: "Shells and files" }).getByRole("status"),
      letMeIn: main.getByRole("button", { name: "Let me in…" }),
      lookAgain: main.getByRole("button", { name: "Look again" }),
      authorize: dialog("Let me into the guest"),
      guestShell: main.getByRole("button", { name: "Guest shell" }),
      hostShell: main.getByRole("button", { name: "Host shell" }),
      copy: main.getByRole("button", { name: "Copy files…" }),
      copyDialog: dialog("Copy files"),
      shell: (label: string) => main.getByRole("region", { name: label }),
      shellText: (label: string) => main.getByRole("log", { name: `Last lines of ${label}` }),
    },
    recording: {
      start: main.getByRole("button", { name: "Record", exact: true }),
      stop: main.getByRole("button", { name: "Stop recording" }),
      dialog: dialog("Recorded recipe"),
      text: dialog("Recorded recipe").getByLabel("Recipe"),
      problems: dialog("Recorded recipe").getByRole("status"),
    },
  };
}
