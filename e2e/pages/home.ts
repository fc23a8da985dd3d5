import type { Page } from "@playwright/test";

/** The empty library: three doors. */
export const home = (page: Page) => ({
  doors: page.getByRole("main").getByRole("region"),
  isoDoor: page.getByRole("region", { name: "New machine from an installer ISO" }),
  imageDoor: page.getByRole("region", { name: "Check an image you already have" }),
  chooseIso: page.getByRole("button", { name: "Choose an ISO…" }),
  chooseImage: page.getByRole("button", { name: "Choose an image…" }),
  practiceDoor: page.getByRole("region", { name: "See the whole job first" }),
});
