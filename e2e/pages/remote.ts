import type { Page } from "@playwright/test";

/** The images of all accounts, or of one on its own screen. */
export function remoteImages(page: Page) {
  const table = page.getByRole("main").getByRole("table", { name: "Remote images" });
  return {
    rows: table.locator("tbody").getByRole("row"),
    open: (name: string) => table.getByRole("button", { name, exact: true }),
  };
}

/** One image at a provider. */
export function remoteImageScreen(page: Page) {
  const main = page.getByRole("main");
  return {
    header: main.locator("header").first(),
    history: main.getByRole("list", { name: "History" }),
    rename: main.getByRole("button", { name: "Rename…" }),
    delete: main.getByRole("button", { name: "Delete", exact: true }),
    renameDialog: page.getByRole("dialog", { name: "Rename remote image" }),
    deleteDialog: page.getByRole("dialog", { name: /^Delete / }),
  };
}
