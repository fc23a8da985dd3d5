import type { ReactNode } from "react";
import "./check-line.css";

interface CheckLineProps {
  checked: boolean;
  onChecked: (checked: boolean) => void;
  children: ReactNode;
  /** What follows from it, quieter, below. */
  hint?: ReactNode;
  disabled?: boolean;
}

/** A checkbox with its sentence. */
export function CheckLine({ checked, onChecked, children, hint, disabled = false }: CheckLineProps) {
  return (
    <label className="check-line">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChecked(event.target.checked)}
      />
      <span>
        {children}
        {hint !== undefined && <span className="check-line-hint">{hint}</span>}
      </span>
    </label>
  );
}
