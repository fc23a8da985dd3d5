import type { CheckDocument, CheckedFile, PublishedError } from "#contract/published.ts";
import type { WireError } from "#contract/errors.ts";
import type { CheckReport } from "#contract/report.ts";

/** What `goldsmith check --json` prints; its schema is resources/schemas/check.schema.json. */
export const toCheckDocument = (reports: readonly CheckReport[]): CheckDocument => ({
  schemaVersion: 1,
  files: reports.map(toCheckedFile),
});

export const toPublishedError = ({ code, message, hint }: WireError): PublishedError => ({
  code,
  message,
  hint,
});

function toCheckedFile({ path, facts, verdicts, error }: CheckReport): CheckedFile {
  const shown = Object.entries(verdicts).map(([provider, { level, findings }]) => [
    provider,
    { level, findings: findings.map(({ fix, ...rest }) => (fix === null ? rest : { ...rest, fix })) },
  ]);
  return {
    path,
    format: facts?.format ?? null,
    verdicts: Object.fromEntries(shown) as CheckedFile["verdicts"],
    ...(error === null ? {} : { error: toPublishedError(error) }),
  };
}
