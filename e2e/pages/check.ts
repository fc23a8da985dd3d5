import type { Download, Locator, Page } from "@playwright/test";

/** The verdicts on a file, a machine's disk or an image. */
export function checkPanel(page: Page) {
  const verdicts = page.getByRole("grid", { name: "Verdicts" });
  return {
    verdicts,
    facts: page.getByRole("complementary", { name: "Facts" }),
    row: (provider: string): Locator =>
      verdicts.getByRole("row").filter({ has: page.getByRole("rowheader", { name: provider, exact: true }) }),
    choose: (provider: string) => verdicts.getByRole("rowheader", { name: provider, exact: true }).click(),
    /** What a provider's rules say on one topic, such as `SSH`. */
    cell: (provider: string, topic: string): Locator =>
      verdicts
        .getByRole("row")
        .filter({ has: page.getByRole("rowheader", { name: provider, exact: true }) })
        .getByRole("gridcell", { name: new RegExp(`^${topic}: `) }),
    filter: page.getByRole("group", { name: "Filter" }),
    copyMarkdown: page.getByRole("button", { name: "Copy as Markdown" }),
    export: page.getByRole("button", { name: "Export…" }),
    /** A group of facts, folded or not, with its heading. */
    factGroup: (title: string): Locator =>
      page
        .getByRole("complementary", { name: "Facts" })
        .locator("details")
        .filter({
          has: page.getByRole("heading", { name: title, exact: true }),
        }),
    findings: (provider: string): Locator => page.getByRole("region", { name: `Findings for ${provider}` }),
    again: page.getByRole("button", { name: /^Check (now|again)$/ }),
    error: page.getByRole("main").getByRole("alert"),
  };
}

/** Provider and verdict of each row, as shown. */
export async function verdictsShown(page: Page): Promise<Record<string, string>> {
  const rows = await checkPanel(page).verdicts.locator("tbody tr").all();
  const entries = await Promise.all(
    rows.map(async (row) => [
      (await row.getByRole("rowheader").innerText()).trim(),
      (await row.getByRole("gridcell").first().innerText()).trim(),
    ]),
  );
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Titles of the findings of one provider that is chosen, under the heading of their level. Folded ones too. */
export async function findingsShown(findings: Locator): Promise<Record<string, string[]>> {
  const entries: [string, string[]][] = [];
  for (const list of await findings.getByRole("list", { includeHidden: true }).all()) {
    const titles = await list.locator(".finding-title strong").allTextContents();
    entries.push([(await list.getAttribute("aria-label")) ?? "", titles]);
  }
  return Object.fromEntries(entries);
}

/** Exports the report that is shown; `item` as it stands in the menu. */
export async function exportReport(page: Page, item: string): Promise<Download> {
  await checkPanel(page).export.click();
  const entry = page.getByRole("menuitem", { name: new RegExp(`^${item} `) });
  const [download] = await Promise.all([page.waitForEvent("download"), entry.click()]);
  return download;
}
