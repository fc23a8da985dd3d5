import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "./test.ts";

/** What surrounds the window of the desktop app. */

test("Help > Doctor shows the doctor's screen with a fresh report", async ({ app }) => {
  await expect(app.page.getByRole("main")).toBeVisible();
  app.desktop?.ask({ type: "menu", label: "Doctor" });
  await expect(app.page).toHaveURL(/#\/doctor$/);
  await expect(app.page.getByRole("main")).toContainText("QEMU", { timeout: 30_000 });
});

test("the window's place is kept for the next start", async ({ app }) => {
  await expect(app.page.getByRole("main")).toBeVisible();
  await app.restart({ kill: "quit" });
  const kept: unknown = JSON.parse(await readFile(join(app.home, "electron", "window.json"), "utf8"));
  expect(kept).toMatchObject({ bounds: { width: 1280, height: 820 }, maximized: false });
});

test("a renderer that dies is told of, with the offer to reload", async ({ app }) => {
  await expect(app.page.getByRole("main")).toBeVisible();
  const crashed = app.page.waitForEvent("crash");
  app.desktop?.ask({ type: "crash-renderer" });
  await crashed;
  const told = (): string[] =>
    (app.desktop?.told ?? []).flatMap((one) => (one.type === "message-box" ? [one.message] : []));
  await expect.poll(told).toEqual(["The window stopped working"]);
});
