import { useId, type ReactNode } from "react";
import type { AppError } from "#core/lib/app-error.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { ErrorNotice } from "./error-notice.tsx";
import { KeychainNote } from "./keychain-note.tsx";
import { useFocusInvalid } from "./use-focus-invalid.ts";
import type { KeysForm } from "./use-keys-form.ts";

interface KeysDialogProps {
  title: string;
  /** The verb on the main button. */
  confirm: string;
  form: KeysForm;
  busy: boolean;
  error: AppError | null;
  /** One step back instead of closing. */
  onBack?: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** A form that asks for keys and sends them to be tested. What went wrong stands below its fields. */
export function KeysDialog(props: KeysDialogProps) {
  const { title, confirm, form, busy, error, onBack, onClose, children } = props;
  const id = useId();
  const ref = useFocusInvalid(form.attempts);
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <KeychainNote />
          <Button onClick={onBack ?? onClose}>{onBack === undefined ? "Cancel" : "Back"}</Button>
          <Button look="primary" type="submit" form={id} busy={busy}>
            {confirm}
          </Button>
        </>
      }
    >
      <form ref={ref} id={id} className="form" noValidate onSubmit={form.submit}>
        {children}
        {error !== null && <ErrorNotice error={error} />}
      </form>
    </Dialog>
  );
}
