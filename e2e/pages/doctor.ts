import type { Page } from "@playwright/test";

/** What this computer offers and lacks. */
export function doctorScreen(page: Page) {
  const accelerators = page.getByRole("list", { name: "Accelerators" });
  return {
    candidates: accelerators.locator("> li"),
    candidate: (name: string) =>
      accelerators.locator("> li").filter({ has: page.getByText(name, { exact: true }) }),
    examine: page.getByRole("button", { name: "Examine again" }),
  };
}
