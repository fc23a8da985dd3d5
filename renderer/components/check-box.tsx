import type { ReactNode } from "react";
import "./check-box.css";

interface CheckBoxProps {
  checked: boolean;
  onChecked: (checked: boolean) => void;
  children: ReactNode;
}

/** A box to tick with its sentence. */
export function CheckBox({ checked, onChecked, children }: CheckBoxProps) {
  return (
    <label className="check-box">
      <input type="checkbox" checked={checked} onChange={(event) => onChecked(event.target.checked)} />
      <span>{children}</span>
    </label>
  );
}
