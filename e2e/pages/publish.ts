import type { Page } from "@playwright/test";

/** The dialog that publishes an image. */
export function publishDialog(page: Page) {
  const dialog = page.getByRole("dialog", { name: "Publish image" });
  return {
    dialog,
    usePractice: dialog.getByRole("button", { name: "Use the practice account" }),
    practice: dialog.getByRole("radio", { name: /Practice DigitalOcean/ }),
    connect: dialog.getByRole("button", { name: "Connect DigitalOcean…" }),
    name: dialog.getByLabel("Name there"),
    preflight: dialog.getByRole("region", { name: "Preflight" }),
    override: dialog.getByRole("checkbox"),
    publish: dialog.getByRole("button", { name: "Publish now" }),
  };
}

/** The dialog that connects an account. */
export function connectDialog(page: Page) {
  const dialog = page.getByRole("dialog", { name: "Connect DigitalOcean" });
  return {
    dialog,
    name: dialog.getByLabel("Name", { exact: true }),
    token: dialog.getByLabel("API token"),
    endpoint: dialog.getByLabel("Endpoint"),
    bucket: dialog.getByLabel("Bucket"),
    accessKeyId: dialog.getByLabel("Access key id"),
    secretAccessKey: dialog.getByLabel("Secret access key"),
    connect: dialog.getByRole("button", { name: "Connect", exact: true }),
    error: dialog.getByRole("alert"),
  };
}
