import type { Page } from "@playwright/test";

/** What is set for the whole app. */
export const settingsScreen = (page: Page) => ({
  limit: page.getByRole("main").getByLabel("Limit of all uploads together"),
  set: page.getByRole("main").getByRole("button", { name: "Set", exact: true }),
});
