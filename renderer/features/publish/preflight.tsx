import type { AccountView } from "#contract/account.ts";
import { Button } from "#renderer/components/button.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { LevelMark } from "#renderer/components/level-mark.tsx";
import { providerNames, verdictWords } from "#renderer/features/check/providers.ts";
import type { CheckState } from "#renderer/features/check/use-check.ts";
import "./preflight.css";

interface PreflightProps {
  check: CheckState;
  account: AccountView | undefined;
  override: boolean;
  onOverride: (override: boolean) => void;
  onCheckAgain: () => void;
}

/** What the judge says before a byte leaves; errors hold the publication back unless they are overridden. */
export function Preflight({ check, account, override, onOverride, onCheckAgain }: PreflightProps) {
  if (account === undefined) return null;
  const provider = providerNames[account.provider];
  const error = check.failure ?? check.report?.error ?? null;
  if (error !== null && !check.running) {
    return (
      <ErrorNotice
        error={error}
        actions={
          <Button icon="refresh" onClick={onCheckAgain}>
            Check again
          </Button>
        }
      />
    );
  }
  const verdict = check.report?.verdicts[account.provider];
  if (verdict === undefined || check.running) {
    return (
      <p className="preflight soft">
        <span className="ring job-ring" aria-hidden="true" /> Checking the image for {provider}…
      </p>
    );
  }
  const serious = verdict.findings.filter(({ level }) => level !== "pass" && level !== "info");
  return (
    <section className="preflight-box" aria-label="Preflight">
      <p className="preflight">
        <LevelMark level={verdict.level} />
        <strong>
          {provider}: {verdictWords[verdict.level].toLowerCase()}
        </strong>
        <span className="faint">
          {verdict.findings.filter(({ level }) => level === "pass").length} of {verdict.findings.length} rules
          passed
        </span>
      </p>
      {serious.length > 0 && (
        <ul className="preflight-findings selectable">
          {serious.map((finding) => (
            <li key={`${finding.id} ${finding.where}`}>
              <LevelMark level={finding.level} label={finding.level} />
              <span>
                {finding.title}
                <span className="soft"> {finding.consequence}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
      {verdict.level === "error" && (
        <label className="preflight-override">
          <input type="checkbox" checked={override} onChange={(event) => onOverride(event.target.checked)} />
          <span>Publish although it would not work there. This is written into the record.</span>
        </label>
      )}
    </section>
  );
}
