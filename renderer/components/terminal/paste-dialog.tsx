import { Button } from "../button.tsx";
import { Dialog } from "../dialog.tsx";

/** A paste of more lines than this is asked about: every line is a command to a shell. */
export const confirmPasteLines = 5;

export const countLines = (text: string): number => text.replace(/\r?\n$/, "").split(/\r\n|\r|\n/).length;

interface PasteDialogProps {
  text: string;
  onPaste: () => void;
  onClose: () => void;
}

export function PasteDialog({ text, onPaste, onClose }: PasteDialogProps) {
  const lines = countLines(text);
  return (
    <Dialog
      title={`Paste ${lines} lines?`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            onClick={() => {
              onClose();
              onPaste();
            }}
          >
            Paste
          </Button>
        </>
      }
    >
      <p className="soft">The guest gets every line as if it had been typed. A shell runs each at once.</p>
      <pre className="terminal-paste">{text.slice(0, 4000)}</pre>
    </Dialog>
  );
}
