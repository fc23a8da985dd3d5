import { useState, type ReactNode } from "react";
import type { AppError } from "#core/lib/app-error.ts";
import { TextField } from "./field.tsx";
import { FormDialog } from "./form-dialog.tsx";

interface NameDialogProps {
  title: string;
  /** The verb on the main button. */
  confirm: string;
  initial: string;
  busy: boolean;
  error: AppError | null;
  onName: (name: string) => Promise<void>;
  onClose: () => void;
  children?: ReactNode;
}

/** Asks for the name of something that is then made. */
export function NameDialog({ initial, onName, children, ...rest }: NameDialogProps) {
  const [typed, setTyped] = useState(initial);
  const name = typed.trim();
  return (
    <FormDialog
      {...rest}
      size="small"
      heldBack={name === "" ? "A name is needed" : null}
      onSubmit={() => onName(name)}
    >
      <TextField label="Name" value={typed} maxLength={80} onValue={setTyped} />
      {children}
    </FormDialog>
  );
}
