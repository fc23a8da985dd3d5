import type { ReactNode } from "react";
import { classNames } from "#renderer/lib/class-names.ts";
import { Field } from "./field.tsx";
import "./text-area-field.css";

interface TextAreaFieldProps {
  label: string;
  hint?: ReactNode;
  problem?: string | null;
  value: string;
  rows?: number;
  placeholder?: string;
  /** Shown as dots, as a password is. */
  secret?: boolean;
  onValue: (value: string) => void;
}

/** Text of several lines in code type. */
export function TextAreaField(props: TextAreaFieldProps) {
  const { label, hint, problem = null, value, rows = 4, placeholder, secret = false, onValue } = props;
  return (
    <Field label={label} hint={hint} problem={problem}>
      {({ id, describedBy, invalid }) => (
        <textarea
          id={id}
          className={classNames("input text-area mono", secret && "text-area-secret")}
          rows={rows}
          spellCheck={false}
          autoComplete="off"
          placeholder={placeholder}
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
          value={value}
          onChange={(event) => onValue(event.target.value)}
        />
      )}
    </Field>
  );
}
