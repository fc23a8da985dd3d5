import type { Locator, Page } from "@playwright/test";

/** What stands around every screen. */
export function shell(page: Page) {
  const library = page.getByRole("navigation", { name: "Library" });
  return {
    library,
    /** An entry of the library, or one of its fixed ones (New machine, Doctor, Activity). */
    entry: (title: string): Locator =>
      library.getByRole("button").filter({ has: page.getByText(title, { exact: true }) }),
    section: (title: string): Locator => library.getByRole("list", { name: title }),
    start: library.getByRole("button", { name: "Goldsmith" }),
    main: page.getByRole("main"),
    title: page.getByRole("main").getByRole("heading", { level: 1 }),
    messages: page.getByRole("region", { name: "Messages" }),
    palette: page.getByRole("dialog", { name: "Commands" }),
    shortcuts: page.getByRole("dialog", { name: "Keyboard shortcuts" }),
    statusBar: page.getByRole("contentinfo"),
  };
}

/** Opens the palette and runs the first command that this text finds. */
export async function runCommand(page: Page, search: string): Promise<void> {
  const { palette, statusBar } = shell(page);
  // keys that are pressed before the window is drawn go nowhere; the status bar needs the core's first answer
  await statusBar.getByText(/free/).waitFor();
  await page.keyboard.press("Control+K");
  await palette.getByRole("combobox").fill(search);
  await palette.getByRole("option").first().click();
}
