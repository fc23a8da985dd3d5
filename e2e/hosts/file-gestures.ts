import type { Locator, Page } from "@playwright/test";

/**
 * Drops files of this computer on an element, as a person does from a file manager: real drag events with real
 * paths behind the files. (A DataTransfer made by page code has files without a path.)
 */
export async function dropFiles(target: Locator, paths: readonly string[]): Promise<void> {
  const page = target.page();
  await target.scrollIntoViewIfNeeded();
  const box = await target.boundingBox();
  if (box === null) throw new Error("The drop target is not visible");
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const cdp = await page.context().newCDPSession(page);
  try {
    const data = { items: [], files: [...paths], dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"] as const) {
      await cdp.send("Input.dispatchDragEvent", { type, ...at, data });
    }
  } finally {
    await cdp.detach();
  }
}

/** Chooses files in the dialog that a click opens. */
export async function chooseFiles(page: Page, opener: Locator, paths: readonly string[]): Promise<void> {
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), opener.click()]);
  await chooser.setFiles([...paths]);
}
