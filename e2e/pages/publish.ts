import type { Locator, Page } from "@playwright/test";

/** The dialog that publishes an image to one or several accounts. */
export function publishDialog(page: Page) {
  const dialog = page.getByRole("dialog", { name: "Publish image" });
  const row = (account: string): Locator =>
    dialog
      .getByRole("list", { name: "Accounts" })
      .locator("> li")
      .filter({ has: page.getByRole("checkbox", { name: new RegExp(`^${account}`) }) });
  return {
    dialog,
    usePractice: dialog.getByRole("button", { name: "Add the practice accounts" }),
    /** What the dialog shows of one account: its verdict, what is sent, what stands against it. */
    row,
    choose: (account: string) => row(account).getByRole("checkbox", { name: new RegExp(`^${account}`) }),
    override: (account: string) =>
      row(account).getByRole("checkbox", { name: new RegExp(`^Publish to ${account}`) }),
    format: (account: string) => row(account).getByLabel("Format"),
    details: (account: string) => dialog.getByRole("button", { name: new RegExp(`details of ${account}$`) }),
    publish: dialog.getByRole("button", { name: /^Publish( to \d+ accounts?)?$/ }),
  };
}

/** Publishes that were started together, side by side. */
export function batchScreen(page: Page) {
  const main = page.getByRole("main");
  const card = (account: string): Locator =>
    main.getByRole("list", { name: "Publishes" }).getByRole("listitem", { name: account, exact: true });
  return {
    /** `3 accounts: 2 done, 1 failed`. */
    summary: main.locator("header").getByRole("status"),
    card,
    retry: (account: string) => card(account).getByRole("button", { name: "Retry" }),
    error: (account: string) => card(account).getByRole("alert"),
    showRemoteImage: (account: string) => card(account).getByRole("button", { name: "Show remote image" }),
  };
}
