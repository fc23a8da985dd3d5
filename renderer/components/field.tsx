import { useId, type ComponentPropsWithRef, type ReactNode } from "react";
import { classNames } from "#renderer/lib/class-names.ts";
import "./field.css";

interface FieldProps {
  label: string;
  hint?: ReactNode;
  /** What is wrong with the value, as typed. Takes the hint's place. */
  problem?: string | null;
  children: (ids: { id: string; describedBy: string | undefined; invalid: boolean }) => ReactNode;
}

/** A label, a control, and one line under it. */
export function Field({ label, hint, problem = null, children }: FieldProps) {
  const id = useId();
  const lineId = `${id}-line`;
  const line = problem ?? hint;
  const hasLine = line !== undefined && line !== null && line !== "";
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      {children({ id, describedBy: hasLine ? lineId : undefined, invalid: problem !== null })}
      {hasLine && (
        <div id={lineId} className={classNames("field-line", problem !== null && "field-problem")}>
          {line}
        </div>
      )}
    </div>
  );
}

interface TextFieldProps extends Omit<ComponentPropsWithRef<"input">, "className" | "onChange" | "id"> {
  label: string;
  hint?: ReactNode;
  problem?: string | null;
  value: string;
  onValue: (value: string) => void;
  mono?: boolean;
}

export function TextField({ label, hint, problem = null, onValue, mono = false, ...rest }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} problem={problem}>
      {({ id, describedBy, invalid }) => (
        <input
          spellCheck={false}
          autoComplete="off"
          {...rest}
          id={id}
          className={classNames("input", mono && "mono")}
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
          onChange={(event) => onValue(event.target.value)}
        />
      )}
    </Field>
  );
}

interface SelectFieldProps<T extends string> {
  label: string;
  hint?: ReactNode;
  value: T;
  options: readonly { value: T; label: string }[];
  onValue: (value: T) => void;
}

export function SelectField<T extends string>({ label, hint, value, options, onValue }: SelectFieldProps<T>) {
  return (
    <Field label={label} hint={hint}>
      {({ id, describedBy }) => (
        <select
          id={id}
          className="input select"
          aria-describedby={describedBy}
          value={value}
          onChange={(event) => {
            const chosen = options.find((option) => option.value === event.target.value);
            if (chosen !== undefined) onValue(chosen.value);
          }}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
