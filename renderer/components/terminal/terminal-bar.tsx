import type { ReactNode } from "react";
import { Button, IconButton } from "../button.tsx";

export interface TerminalBarProps {
  size: { columns: number; rows: number };
  fixedSize: boolean;
  live: boolean;
  finding: boolean;
  onFind: () => void;
  onCopy: () => void;
  onPaste: () => void;
  onInterrupt: () => void;
  onBreak: () => void;
  onFixedSize: (fixed: boolean) => void;
  onTellSize: () => void;
  onFont: (change: -1 | 0 | 1) => void;
  onSave: () => void;
  saving: boolean;
  /** What others add to the console's tools. */
  tools: ReactNode;
}

const offReason = "The machine is off";

export function TerminalBar(props: TerminalBarProps) {
  const { size, fixedSize, live } = props;
  const unavailable = live ? null : offReason;
  const sizeText = `${size.columns}×${size.rows}`;
  return (
    <div className="terminal-bar" role="toolbar" aria-label="Console tools">
      <Button look="quiet" unavailable={unavailable} title="Send Ctrl-C" onClick={props.onInterrupt}>
        Ctrl-C
      </Button>
      <Button
        look="quiet"
        unavailable={unavailable}
        title="Send a serial break (SysRq)"
        onClick={props.onBreak}
      >
        Break
      </Button>
      {props.tools}
      <span className="terminal-bar-space" />
      <IconButton
        icon="copy"
        label="Copy selection"
        title="Copy selection (Ctrl+Shift+C)"
        onClick={props.onCopy}
      />
      <Button look="quiet" unavailable={unavailable} title="Paste (Ctrl+Shift+V)" onClick={props.onPaste}>
        Paste
      </Button>
      <IconButton
        icon="search"
        label="Find"
        title="Find (Ctrl+Shift+F)"
        aria-pressed={props.finding}
        onClick={props.onFind}
      />
      <span className="terminal-bar-gap" />
      <Button
        look="quiet"
        aria-pressed={fixedSize}
        aria-label="Fixed 80×24"
        title={
          fixedSize
            ? "80 columns, 24 rows: what a serial guest assumes. Click to fill the pane instead."
            : "Filling the pane. Click for the 80×24 that a serial guest assumes."
        }
        onClick={() => props.onFixedSize(!fixedSize)}
      >
        {sizeText}
      </Button>
      {!fixedSize && (
        <Button
          look="quiet"
          unavailable={unavailable}
          title={`Types “stty rows ${size.rows} cols ${size.columns}” at the guest's shell`}
          onClick={props.onTellSize}
        >
          Tell guest
        </Button>
      )}
      <Button
        look="quiet"
        aria-label="Smaller text"
        title="Smaller text (Ctrl+−)"
        onClick={() => props.onFont(-1)}
      >
        A−
      </Button>
      <Button
        look="quiet"
        aria-label="Larger text"
        title="Larger text (Ctrl++)"
        onClick={() => props.onFont(1)}
      >
        A+
      </Button>
      <IconButton icon="download" label="Save transcript" busy={props.saving} onClick={props.onSave} />
    </div>
  );
}
