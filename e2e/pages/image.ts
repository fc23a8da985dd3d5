import type { Page } from "@playwright/test";

/** The screen of an image in the library. */
export function imageScreen(page: Page) {
  const main = page.getByRole("main");
  const sizes = main.getByRole("group", { name: "Size before and after" });
  return {
    sizes,
    before: sizes.getByRole("meter", { name: "Before" }),
    after: sizes.getByRole("meter", { name: "After" }),
    more: async (item: string): Promise<void> => {
      await main.getByRole("button", { name: "More" }).click();
      await page.getByRole("menuitem", { name: item }).click();
    },
    edit: page.getByRole("dialog", { name: "Name, notes and tags" }),
    notes: main.getByRole("region", { name: "Notes and tags" }),
    tags: main.getByRole("list", { name: "Tags" }).getByRole("listitem"),
    publish: main.getByRole("button", { name: "Publish…" }),
    publications: main.getByRole("list", { name: "Publications" }).getByRole("listitem"),
  };
}
