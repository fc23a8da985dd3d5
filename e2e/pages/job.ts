import type { Page } from "@playwright/test";

/** The screen of one job. */
export function jobScreen(page: Page) {
  const main = page.getByRole("main");
  const header = main.locator("header").first();
  return {
    header,
    /** By its badge: Running, Done, Failed, Cancelled. */
    status: (words: string) => header.getByText(words, { exact: true }),
    steps: main.getByRole("list", { name: "Steps" }),
    result: main.getByRole("region", { name: "Result" }),
    error: main.getByRole("alert"),
    cancel: header.getByRole("button", { name: "Cancel" }),
    retry: header.getByRole("button", { name: "Retry" }),
    dismiss: header.getByRole("button", { name: "Dismiss" }),
    showImage: main.getByRole("button", { name: "Show image" }),
    showRemoteImage: main.getByRole("button", { name: "Show remote image" }),
  };
}

/** All jobs. */
export const activity = (page: Page) => ({
  jobs: page.getByRole("list", { name: "Activity" }).locator(".activity-job"),
});
