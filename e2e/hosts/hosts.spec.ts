import { access } from "node:fs/promises";
import { join } from "node:path";
import { dropFiles } from "./file-gestures.ts";
import { expect, test } from "./test.ts";

/** What every host promises, whatever the window shows. */

test("shows the built window without a complaint on its console", async ({ app }) => {
  const complaints: string[] = [];
  app.page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  app.page.on("pageerror", (error) => complaints.push(error.message));
  await app.page.reload();
  await expect(app.page).toHaveTitle(/Goldsmith/);
  await expect(app.page.getByRole("main")).toBeVisible();
  expect(complaints).toEqual([]);
});

test("gives the page nothing of Node and lets it run and load nothing foreign", async ({ app }) => {
  const seen = await app.page.evaluate(async () => {
    const script = document.createElement("script");
    script.textContent = "window.foreignRan = true";
    document.body.append(script);
    const globals = ["require", "process", "module", "Buffer", "foreignRan"];
    return {
      globals: globals.map((name) => typeof Reflect.get(window, name)),
      fetched: await fetch("https://example.com/").then(
        () => true,
        () => false,
      ),
      bridge: Object.keys((Reflect.get(window, "goldsmith") as object | undefined) ?? {}),
    };
  });
  expect(seen).toEqual({
    globals: ["undefined", "undefined", "undefined", "undefined", "undefined"],
    fetched: false,
    bridge: app.host === "browser" ? [] : ["send", "onFrame", "pathForFile"],
  });
});

for (const kill of ["quit", "SIGKILL"] as const) {
  test(`comes back with the same library after ${kill}`, async ({ app }) => {
    await expect(app.page.getByRole("main")).toBeVisible();
    await app.restart({ kill });
    await expect(app.page.getByRole("main")).toBeVisible();
    await access(join(app.home, "data"));
  });
}

test("never leaves its document when a file is dropped beside its place", async ({ app }) => {
  const before = app.page.url();
  await expect(app.page.getByRole("main")).toBeVisible();
  await dropFiles(app.page.locator("body"), [join(import.meta.dirname, "README.md")]);
  await expect(app.page.getByRole("main")).toBeVisible();
  expect(new URL(app.page.url()).origin).toBe(new URL(before).origin);
});
