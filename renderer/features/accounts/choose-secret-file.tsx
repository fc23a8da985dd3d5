import { useRef } from "react";
import { AppError } from "#core/lib/app-error.ts";
import { Button } from "#renderer/components/button.tsx";
import { showError } from "#renderer/view-state/toasts.ts";

/** Far more than any key; a disk image chosen by mistake is not read. */
const mostBytes = 64 * 1024;

interface ChooseSecretFileProps {
  label: string;
  onText: (text: string, fileName: string) => void;
}

/** Reads a small text file in the window: its content goes into the form, its path nowhere. */
export function ChooseSecretFile({ label, onText }: ChooseSecretFileProps) {
  const input = useRef<HTMLInputElement>(null);
  const read = async (file: File) => {
    if (file.size > mostBytes) {
      return showError(
        new AppError("bad-input", `“${file.name}” is too large for a key`, {
          hint: "Choose the key file itself, such as oci_api_key.pem.",
        }),
      );
    }
    onText(await file.text(), file.name);
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        className="visually-hidden"
        aria-label={`File for ${label}`}
        tabIndex={-1}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          event.target.value = "";
          if (file !== undefined) void read(file);
        }}
      />
      <Button icon="file" onClick={() => input.current?.click()}>
        Choose a file…
      </Button>
    </>
  );
}
