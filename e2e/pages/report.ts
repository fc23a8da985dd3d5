import type { Page } from "@playwright/test";

/** The screen of a checked file that is not in the library. */
export const reportScreen = (page: Page) => ({
  takeIntoLibrary: page.getByRole("main").getByRole("button", { name: "Take into the library" }),
});
