import type { Page } from "@playwright/test";

/** The dialog that connects an account: whose, then what that provider asks. */
export function connectDialog(page: Page) {
  const choice = page.getByRole("dialog", { name: "Connect an account" });
  const dialog = page.getByRole("dialog", { name: /^Connect (?!an account)/ });
  return {
    choice,
    provider: (name: string) =>
      choice.getByRole("group", { name: "Providers" }).getByRole("button", { name: new RegExp(`^${name}`) }),
    found: choice.getByRole("region", { name: "Found on this computer" }),
    addPractice: choice.getByRole("button", { name: "Add the practice accounts" }),
    dialog,
    field: (label: string) => dialog.getByLabel(label, { exact: true }),
    staging: dialog.getByRole("combobox", { name: "Staging storage" }),
    connect: dialog.getByRole("button", { name: "Connect", exact: true }),
    error: dialog.getByRole("alert"),
  };
}
