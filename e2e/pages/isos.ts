import type { Page } from "@playwright/test";

/** The installers: the catalogue, and one's own. */
export function isosScreen(page: Page) {
  const main = page.getByRole("main");
  const catalogue = main.getByRole("list", { name: "Catalogue of installers" });
  const button = (name: string) => catalogue.getByRole("button", { name, exact: true });
  return {
    catalogue,
    own: main.getByRole("list", { name: "Your own ISOs" }),
    add: main.getByLabel("ISO to add"),
    row: (title: string) => catalogue.getByRole("listitem").filter({ hasText: title }),
    progress: (title: string) => catalogue.getByRole("progressbar", { name: `Download of ${title}` }),
    /** The same button begins a download and goes on with one. */
    download: (title: string) => button(`Download ${title}`),
    stop: (title: string) => button(`Stop ${title}`),
    remove: (title: string) => button(`Remove the download of ${title}`),
    newMachine: (title: string) => button(`New machine from ${title}`),
  };
}
