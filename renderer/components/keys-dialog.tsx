import type { ReactNode } from "react";
import type { AppError } from "#core/lib/app-error.ts";
import { FormDialog } from "./form-dialog.tsx";
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

/** A form that asks for keys and sends them to be tested. */
export function KeysDialog({ form, ...rest }: KeysDialogProps) {
  const ref = useFocusInvalid(form.attempts);
  return <FormDialog {...rest} note={<KeychainNote />} formRef={ref} onSubmit={form.submit} />;
}
