import { useId, type ReactNode, type Ref } from "react";
import type { AppError } from "#core/lib/app-error.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { ErrorNotice } from "./error-notice.tsx";

interface FormDialogProps {
  title: string;
  size?: "small" | "medium" | "large" | "wide";
  /** The verb on the main button. */
  confirm: string;
  look?: "primary" | "danger";
  busy: boolean;
  /** Why the form cannot be sent as it is; null: it can. */
  heldBack?: string | null;
  /** Of the last attempt; stands below the fields. */
  error: AppError | null;
  /** Stands in the footer before the buttons. */
  note?: ReactNode;
  /** One step back instead of closing. */
  onBack?: () => void;
  onSubmit: () => void | Promise<void>;
  onClose: () => void;
  formRef?: Ref<HTMLFormElement>;
  children: ReactNode;
}

/** A dialog that is filled in and sent, by its button or by Enter. */
export function FormDialog(props: FormDialogProps) {
  const { title, size, confirm, look = "primary", busy, heldBack = null, error, note } = props;
  const { onBack, onSubmit, onClose, formRef, children } = props;
  const formId = useId();
  return (
    <Dialog
      title={title}
      {...(size === undefined ? {} : { size })}
      onClose={onClose}
      footer={
        <>
          {note}
          <Button onClick={onBack ?? onClose}>{onBack === undefined ? "Cancel" : "Back"}</Button>
          <Button look={look} type="submit" form={formId} busy={busy} unavailable={heldBack}>
            {confirm}
          </Button>
        </>
      }
    >
      <form
        ref={formRef}
        id={formId}
        className="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (heldBack === null && !busy) void onSubmit();
        }}
      >
        {children}
        {error !== null && <ErrorNotice error={error} />}
      </form>
    </Dialog>
  );
}
