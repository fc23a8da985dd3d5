import type { ExportedText, ExportFormat } from "#contract/published.ts";
import type { CheckReport } from "#contract/report.ts";
import { toCheckDocument } from "./check-document.ts";
import { baseName } from "./harmless-text.ts";
import { toHtml } from "./html.ts";
import { toJunit, type FailOn } from "./junit.ts";
import { toMarkdown } from "./markdown.ts";
import { toSarif } from "./sarif.ts";

const kinds = {
  json: { mediaType: "application/json", ending: "json" },
  sarif: { mediaType: "application/sarif+json", ending: "sarif" },
  junit: { mediaType: "application/xml", ending: "junit.xml" },
  html: { mediaType: "text/html", ending: "html" },
  markdown: { mediaType: "text/markdown", ending: "md" },
} as const satisfies Record<ExportFormat, { mediaType: string; ending: string }>;

/** The reports as one text. Pure: the same reports give the same text. `failOn` counts for JUnit only. */
export function exportReports(
  reports: readonly CheckReport[],
  format: ExportFormat,
  options: { productVersion: string; failOn?: FailOn },
): ExportedText {
  const { mediaType, ending } = kinds[format];
  const [first] = reports;
  const stem = reports.length === 1 && first !== undefined ? fileStem(first.path) : "goldsmith";
  return { text: write(reports, format, options), mediaType, suggestedName: `${stem}-check.${ending}` };
}

function write(
  reports: readonly CheckReport[],
  format: ExportFormat,
  { productVersion, failOn = "error" }: { productVersion: string; failOn?: FailOn },
): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(toCheckDocument(reports), null, 2)}\n`;
    case "sarif":
      return `${JSON.stringify(toSarif(reports, productVersion), null, 2)}\n`;
    case "junit":
      return toJunit(reports, failOn);
    case "html":
      return toHtml(reports, productVersion);
    case "markdown":
      return toMarkdown(reports);
  }
}

/** Letters, digits and a few marks: what every file system and every download dialog takes. */
function fileStem(path: string): string {
  const name = baseName(path).replace(/\.[a-z0-9]{1,8}$/i, "");
  const plain = name.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[.-]+/, "");
  return plain === "" ? "image" : plain.slice(0, 80);
}
