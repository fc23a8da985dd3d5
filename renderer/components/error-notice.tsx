import type { ReactNode } from "react";
import { errorWords, type WireError } from "#contract/errors.ts";
import { Button } from "./button.tsx";
import { copyText } from "./copy-text.ts";
import { LevelMark } from "./level-mark.tsx";
import "./error-notice.css";

type ShownError = Pick<WireError, "code" | "message" | "hint" | "details">;

/** An error in words: what happened, what to do, and the details for those who want them. */
export function ErrorNotice({ error, actions }: { error: ShownError; actions?: ReactNode }) {
  const details = detailLines(error.details);
  return (
    <div className="error-notice selectable" role="alert">
      <LevelMark level="error" />
      <div className="error-notice-words">
        <p>
          <strong>{errorWords[error.code].title}.</strong> {error.message}
        </p>
        <p className="soft">{error.hint}</p>
        {details !== "" && (
          <details>
            <summary>Details</summary>
            <pre>{details}</pre>
            <Button
              icon="copy"
              look="quiet"
              onClick={() => void copyText(errorText(error, details), "the details")}
            >
              Copy
            </Button>
          </details>
        )}
      </div>
      {actions !== undefined && <div className="error-notice-actions">{actions}</div>}
    </div>
  );
}

const errorText = (error: ShownError, details: string): string =>
  `${error.code}: ${error.message}\n${error.hint}\n\n${details}`;

/** One line a field; text of several lines (the last words of a program) stays as it is. */
function detailLines(details: Record<string, unknown>): string {
  return Object.entries(details)
    .map(([name, value]) => {
      const text = typeof value === "string" ? value : JSON.stringify(value, null, 1);
      return text?.includes("\n") ? `${name}:\n${text}` : `${name}: ${text}`;
    })
    .join("\n");
}
