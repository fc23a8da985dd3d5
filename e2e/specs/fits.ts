import { expect, type Page } from "@playwright/test";

/** The smallest window that the app allows. */
const smallest = { width: 1000, height: 640 };

/**
 * Makes the window as small as it may be and expects nothing to hang out at the side: neither the page nor any part
 * of it that scrolls. Consoles and code are left out: their lines are as long as they are.
 */
export async function expectFits(page: Page): Promise<void> {
  const before = page.viewportSize();
  await page.setViewportSize(smallest);
  const tooWide = (): Promise<string[]> =>
    page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll<HTMLElement>("body *")]
        .filter((element) => {
          if (element.matches("pre, input, textarea.mono, .terminal *, .truncate, .visually-hidden"))
            return false;
          const { overflowX, display } = getComputedStyle(element);
          const scrolls = overflowX === "auto" || overflowX === "scroll";
          const isPage = element === document.documentElement;
          return (isPage || scrolls) && display !== "inline" && element.scrollWidth > element.clientWidth + 1;
        })
        .map(
          (element) =>
            `${element.tagName}.${element.className} ${element.scrollWidth} > ${element.clientWidth}`,
        ),
    );
  await expect.poll(tooWide, { message: `wider than a window of ${smallest.width} px` }).toEqual([]);
  if (before !== null) await page.setViewportSize(before);
}
