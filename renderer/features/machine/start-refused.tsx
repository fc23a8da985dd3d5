import { useEffect } from "react";
import type { AppError } from "#core/lib/app-error.ts";
import { ConfirmDialog } from "#renderer/components/confirm-dialog.tsx";
import { showError } from "#renderer/view-state/toasts.ts";

interface StartRefusedProps {
  error: AppError;
  onStart: () => void;
  onClose: () => void;
}

/** A start that failed: told in the corner, or asked about where only the computer's memory stands against it. */
export function StartRefused({ error, onStart, onClose }: StartRefusedProps) {
  const isShortOfMemory = typeof error.details["hostMemoryBytes"] === "number";
  useEffect(() => {
    if (isShortOfMemory) return;
    showError(error);
    onClose();
  }, [error, isShortOfMemory, onClose]);
  if (!isShortOfMemory) return null;
  return (
    <ConfirmDialog
      title="There is not enough memory"
      confirm="Start all the same"
      onConfirm={onStart}
      onClose={onClose}
    >
      {error.message}. This computer would swap, and everything on it would become slow. Power another machine
      off, or give this one less memory.
    </ConfirmDialog>
  );
}
