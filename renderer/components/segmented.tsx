import { useId, type ReactNode } from "react";
import "./segmented.css";

interface SegmentedProps<T extends string> {
  label: string;
  hint?: ReactNode;
  value: T;
  options: readonly { value: T; label: string; title?: string; disabled?: boolean }[];
  onValue: (value: T) => void;
}

/** Two to four choices side by side: radio buttons in all but looks. */
export function Segmented<T extends string>({ label, hint, value, options, onValue }: SegmentedProps<T>) {
  const name = useId();
  return (
    <fieldset className="segmented-field">
      <legend className="field-label">{label}</legend>
      <div className="segmented">
        {options.map((option) => (
          <label key={option.value} className="segment" title={option.title}>
            <input
              type="radio"
              name={name}
              checked={option.value === value}
              disabled={option.disabled}
              onChange={() => onValue(option.value)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
      {hint !== undefined && <div className="field-line">{hint}</div>}
    </fieldset>
  );
}
