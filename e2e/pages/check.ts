import type { Locator, Page } from "@playwright/test";

/** The verdicts on a file, a machine's disk or an image. */
export function checkPanel(page: Page) {
  const verdicts = page.getByRole("table", { name: "Verdicts" });
  return {
    verdicts,
    facts: page.getByRole("complementary", { name: "Facts" }),
    row: (provider: string): Locator =>
      verdicts.getByRole("row").filter({ has: page.getByRole("rowheader", { name: provider, exact: true }) }),
    choose: (provider: string) => verdicts.getByRole("button", { name: provider, exact: true }).click(),
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
      (await row.getByRole("cell").first().innerText()).trim(),
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
