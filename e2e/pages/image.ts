import type { Page } from "@playwright/test";

/** The screen of an image in the library. */
export function imageScreen(page: Page) {
  const main = page.getByRole("main");
  const sizes = main.getByRole("group", { name: "Size before and after" });
  return {
    sizes,
    before: sizes.getByRole("meter", { name: "Before" }),
    after: sizes.getByRole("meter", { name: "After" }),
    publish: main.getByRole("button", { name: "Publish…" }),
    publications: main.getByRole("list", { name: "Publications" }).getByRole("listitem"),
  };
}
