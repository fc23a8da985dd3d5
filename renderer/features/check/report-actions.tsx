import type { ExportFormat } from "#contract/published.ts";
import { Button } from "#renderer/components/button.tsx";
import { copyText } from "#renderer/components/copy-text.ts";
import { MenuButton } from "#renderer/components/menu-button.tsx";
import { saveText } from "#renderer/components/save-text.ts";
import { useCall } from "#renderer/host/use-call.ts";

const formats: readonly { value: ExportFormat; title: string; detail: string }[] = [
  { value: "html", title: "HTML", detail: "one page to read or print" },
  { value: "json", title: "JSON", detail: "as goldsmith check --json" },
  { value: "sarif", title: "SARIF", detail: "for code scanning" },
  { value: "junit", title: "JUnit XML", detail: "for continuous integration" },
  { value: "markdown", title: "Markdown", detail: "for issues and wikis" },
];

/** What can be done with a finished report. The core writes it; the window only hands it on. */
export function ReportActions({ reportKey }: { reportKey: string }) {
  const { run, pending } = useCall("check.export");
  const write = (format: ExportFormat) => run({ key: reportKey, format });
  return (
    <>
      <Button
        icon="copy"
        busy={pending}
        onClick={() => {
          void write("markdown").then((made) =>
            made === null ? undefined : copyText(made.text, "the report as Markdown"),
          );
        }}
      >
        Copy as Markdown
      </Button>
      <MenuButton
        label="Export…"
        icon="download"
        items={formats}
        onChoose={(format) => {
          void write(format).then((made) => {
            if (made !== null) saveText([made.text], made.suggestedName, made.mediaType);
          });
        }}
      />
    </>
  );
}
