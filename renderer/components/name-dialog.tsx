import { useId, useState, type FormEvent, type ReactNode } from "react";
import type { AppError } from "#core/lib/app-error.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { ErrorNotice } from "./error-notice.tsx";
import { TextField } from "./field.tsx";

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
export function NameDialog(props: NameDialogProps) {
  const { title, confirm, initial, busy, error, onName, onClose, children } = props;
  const formId = useId();
  const [name, setName] = useState(initial);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "") await onName(name.trim());
  };
  return (
    <Dialog
      title={title}
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            form={formId}
            busy={busy}
            unavailable={name.trim() === "" ? "A name is needed" : null}
          >
            {confirm}
          </Button>
        </>
      }
    >
      <form id={formId} className="form" noValidate onSubmit={(event) => void submit(event)}>
        <TextField label="Name" value={name} maxLength={80} onValue={setName} />
        {children}
        {error !== null && <ErrorNotice error={error} />}
      </form>
    </Dialog>
  );
}
