import { expect, type ConsoleMessage, type Page } from "@playwright/test";
import { test as base, type AppUnderTest } from "#e2e/hosts/test.ts";

/** Every spec fails on what the window complains of: script errors, refused resources, policy violations. */
export const test = base.extend<{ app: AppUnderTest }>({
  app: async ({ app }, use) => {
    const complaints = new Set<string>();
    const hear = (message: ConsoleMessage): void => {
      if (message.type() === "error" || message.type() === "warning") complaints.add(message.text());
    };
    const fail = (error: Error): void => void complaints.add(error.message);
    const listen = async (page: Page): Promise<void> => {
      page.on("console", hear).on("pageerror", fail);
      // What was said while the window was loading.
      (await page.consoleMessages()).forEach(hear);
      (await page.pageErrors()).forEach(fail);
    };
    await listen(app.page);
    const restart: AppUnderTest["restart"] = async (options) => {
      // A window whose core is killed under it may complain.
      app.page.off("console", hear).off("pageerror", fail);
      await app.restart(options);
      await listen(app.page);
    };
    await use(Object.create(app, { restart: { value: restart } }) as AppUnderTest);
    expect([...complaints], "complaints on the window's console").toEqual([]);
  },
});

export { expect } from "@playwright/test";
