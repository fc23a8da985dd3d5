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

/** The dialog that changes the name and keys of an account or a storage. */
export function keysDialog(page: Page) {
  const dialog = page.getByRole("dialog", { name: "Name and keys" });
  return {
    dialog,
    field: (label: string) => dialog.getByLabel(label, { exact: true }),
    save: dialog.getByRole("button", { name: /^(Test and save|Save)$/ }),
    error: dialog.getByRole("alert"),
  };
}

/** The screen of one account. */
export function accountScreen(page: Page) {
  const header = page.getByRole("main").locator("header").first();
  return {
    test: header.getByRole("button", { name: "Test" }),
    keys: header.getByRole("button", { name: "Name and keys…" }),
  };
}

/** The screen of one staging storage. */
export function stagingScreen(page: Page) {
  const header = page.getByRole("main").locator("header").first();
  return {
    keys: header.getByRole("button", { name: "Name and keys…" }),
    lookAgain: header.getByRole("button", { name: "Look again" }),
  };
}
