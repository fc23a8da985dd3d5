import { useId, type ComponentPropsWithRef, type ReactNode } from "react";
import { Field } from "./field.tsx";

interface SuggestFieldProps extends Omit<ComponentPropsWithRef<"input">, "className" | "onChange" | "id"> {
  label: string;
  hint?: ReactNode;
  problem?: string | null;
  value: string;
  /** Known words; others may be typed. */
  suggestions: readonly string[];
  onValue: (value: string) => void;
}

/** A text field that knows likely answers and takes any. */
export function SuggestField({
  label,
  hint,
  problem = null,
  suggestions,
  onValue,
  ...rest
}: SuggestFieldProps) {
  const listId = useId();
  return (
    <Field label={label} hint={hint} problem={problem}>
      {({ id, describedBy, invalid }) => (
        <>
          <input
            spellCheck={false}
            autoComplete="off"
            {...rest}
            id={id}
            list={listId}
            className="input"
            aria-describedby={describedBy}
            aria-invalid={invalid || undefined}
            onChange={(event) => onValue(event.target.value)}
          />
          <datalist id={listId}>
            {suggestions.map((word) => (
              <option key={word} value={word} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
