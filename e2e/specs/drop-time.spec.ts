import { basename } from "node:path";
import type { JSHandle, Page } from "@playwright/test";
import { microImage } from "#e2e/fixtures/fixtures.ts";
import { dropFiles } from "#e2e/hosts/file-gestures.ts";
import { checkPanel, verdictsShown } from "#e2e/pages/check.ts";
import { shell } from "#e2e/pages/shell.ts";
import { expectFits } from "./fits.ts";
import { expect, test } from "./test.ts";

// Recording a trace costs about as much as what is measured.
test.use({ trace: "off" });

/** From the drop to the verdicts on the screen, for an image of some tens of megabytes; a browser sends it first. */
const verdictTargetMs = 1000;
/** Two shared cores without a graphics card also draw the page; past this it is not the computer any more. */
const verdictLimitMs = 4000;

test("a dropped image is judged at once", async ({ app: { page, host } }) => {
  const image = await microImage();
  await expect(shell(page).statusBar).toContainText(/KVM|TCG/, { timeout: 30_000 });
  let fastestMs = Number.POSITIVE_INFINITY;
  // A busy machine may spoil a measurement; a slow product spoils all five.
  for (let round = 0; round < 5 && fastestMs > verdictTargetMs; round += 1) {
    const watch = await watchDrop(page);
    await dropFiles(page.locator("body"), [image]);
    await expect(checkPanel(page).verdicts).toBeVisible();
    fastestMs = Math.min(fastestMs, await watch.evaluate(({ elapsed }) => elapsed));
    await expect(shell(page).title).toHaveText(basename(image));
    await expect(checkPanel(page).facts).toContainText("MicroCloud 1 (test guest)");
    expect(Object.keys(await verdictsShown(page))).toHaveLength(6);
    if (round === 0) await expectFits(page);
    await page.getByRole("button", { name: "Close report" }).click();
    await expect(checkPanel(page).verdicts).toHaveCount(0);
  }
  const figure = `${Math.round(fastestMs)} ms`;
  test.info().annotations.push({ type: "drop to verdicts", description: figure });
  console.log(`From drop to verdicts, ${host}: ${figure}`);
  expect(fastestMs).toBeLessThan(verdictLimitMs);
});

/** Measures in the window itself: from its drop event to the frame after the verdicts are in the page. */
const watchDrop = (page: Page): Promise<JSHandle<{ elapsed: Promise<number> }>> =>
  page.evaluateHandle(() => {
    const elapsed = new Promise<number>((resolve) => {
      const onDrop = (): void => {
        const droppedMs = performance.now();
        const observer = new MutationObserver(() => {
          if (document.querySelector("table[aria-label=Verdicts]") === null) return;
          observer.disconnect();
          requestAnimationFrame(() => resolve(performance.now() - droppedMs));
        });
        observer.observe(document.body, { childList: true, subtree: true });
      };
      window.addEventListener("drop", onDrop, { capture: true, once: true });
    });
    // In a box, for a promise itself would be waited for.
    return { elapsed };
  });
