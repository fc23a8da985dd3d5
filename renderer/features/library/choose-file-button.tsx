import { useRef, type ReactNode } from "react";
import { Button } from "#renderer/components/button.tsx";

interface ChooseFileButtonProps {
  look?: "plain" | "primary";
  /** Accessible name of the file input behind the button. */
  inputLabel: string;
  /** Whether several may be chosen at once. */
  many?: boolean;
  onFiles: (files: readonly File[]) => void;
  children: ReactNode;
}

/** Opens the system's chooser. */
export function ChooseFileButton(props: ChooseFileButtonProps) {
  const { look = "plain", inputLabel, many = false, onFiles, children } = props;
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button look={look} onClick={() => input.current?.click()}>
        {children}
      </Button>
      <input
        ref={input}
        type="file"
        multiple={many}
        className="visually-hidden"
        aria-label={inputLabel}
        tabIndex={-1}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          event.target.value = "";
          if (files.length > 0) onFiles(files);
        }}
      />
    </>
  );
}
