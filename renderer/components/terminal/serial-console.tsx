import { useState, type ReactNode } from "react";
import type { MachineView } from "#contract/machine.ts";
import { AppError } from "#core/lib/app-error.ts";
import { useCore } from "#renderer/host/core-context.tsx";
import { formatBytes } from "#renderer/lib/format-bytes.ts";
import { setPreference, usePreference } from "#renderer/view-state/preferences.ts";
import { useShownTheme } from "#renderer/view-state/theme.ts";
import { showError } from "#renderer/view-state/toasts.ts";
import { copyText } from "../copy-text.ts";
import { Icon } from "../icon.tsx";
import { FindBar } from "./find-bar.tsx";
import { createInputQueue } from "./input-queue.ts";
import { confirmPasteLines, countLines, PasteDialog } from "./paste-dialog.tsx";
import { saveTranscript } from "./save-transcript.ts";
import { TerminalBar } from "./terminal-bar.tsx";
import { useConsoleBytes } from "./use-console-bytes.ts";
import { consoleKeys } from "./console-keys.ts";
import { useTerminalSession } from "./use-terminal-session.ts";
import "@xterm/xterm/css/xterm.css";
import "./serial-console.css";

/** A machine's serial console: its whole transcript, then live. Give it a `key` of the machine's id. */
export function SerialConsole({ machine, tools }: { machine: MachineView; tools?: ReactNode }) {
  const { client } = useCore();
  const theme = useShownTheme();
  const fixedSize = usePreference("terminalFixedSize");
  const fontPx = usePreference("terminalFontPx");
  const [text, setText] = useState("");
  const [scrolledUp, setScrolledUp] = useState(false);
  const [size, setSize] = useState({ columns: 80, rows: 24 });
  const [finding, setFinding] = useState(false);
  const [found, setFound] = useState({ index: -1, count: 0 });
  const [heldPaste, setHeldPaste] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  const live = machine.power !== "off";

  const [type] = useState(() =>
    createInputQueue(
      async (batch) => {
        await client.call("console.write", { machineId: machine.id, text: batch });
      },
      (cause) => showError(AppError.from(cause)),
    ),
  );
  const copy = () => {
    const selection = session?.selection() ?? "";
    if (selection !== "") void copyText(selection, "the selection");
  };
  const changeFont = (change: -1 | 0 | 1) =>
    setPreference({ terminalFontPx: change === 0 ? null : (session?.fontPx ?? 13) + change });
  const onKey = consoleKeys({ onFind: () => setFinding(true), onCopy: copy, onFont: changeFont });
  const { screenRef, session } = useTerminalSession(
    { theme, fixedSize, fontPx },
    {
      // A switched-off guest takes no input; saying so at every key would be noise.
      onInput: (input) => live && type(input),
      onText: setText,
      onScrolledUp: setScrolledUp,
      onSize: (columns, rows) => setSize({ columns, rows }),
      onFound: (index, count) => setFound({ index, count }),
      onKey,
    },
  );
  useConsoleBytes(session, machine.id);

  const paste = (pasted: string) => {
    if (countLines(pasted) > confirmPasteLines) setHeldPaste(pasted);
    else session?.paste(pasted);
  };
  const send = (input: string) => {
    type(input);
    session?.focus();
  };
  const closeFind = () => {
    setFinding(false);
    session?.endFind();
    session?.focus();
  };

  return (
    <section className="terminal" aria-label="Serial console">
      <TerminalBar
        size={size}
        fixedSize={fixedSize}
        live={live}
        finding={finding}
        saving={saving}
        tools={tools}
        onFind={() => (finding ? closeFind() : setFinding(true))}
        onCopy={copy}
        onPaste={() =>
          void navigator.clipboard.readText().then(paste, (cause) => showError(noClipboard(cause)))
        }
        onInterrupt={() => send("\u0003")}
        onBreak={() =>
          void client
            .call("console.sendBreak", { machineId: machine.id })
            .catch((cause: unknown) => showError(AppError.from(cause)))
        }
        onFixedSize={(fixed) => setPreference({ terminalFixedSize: fixed, terminalFontPx: null })}
        onTellSize={() => send(`stty rows ${size.rows} cols ${size.columns}\r`)}
        onFont={changeFont}
        onSave={() => {
          setSaving(true);
          void saveTranscript(client, machine)
            .catch((cause: unknown) => showError(AppError.from(cause)))
            .finally(() => setSaving(false));
        }}
      />
      <div className="terminal-stage">
        {finding && (
          <FindBar
            found={found}
            onFind={(search, direction, incremental) => session?.find(search, direction, incremental)}
            onClose={closeFind}
          />
        )}
        <div
          className={fixedSize ? "terminal-pane terminal-pane-fixed" : "terminal-pane"}
          onPasteCapture={(event) => {
            event.preventDefault();
            event.stopPropagation();
            paste(event.clipboardData.getData("text/plain"));
          }}
        >
          <div ref={screenRef} className="terminal-screen" />
        </div>
        {scrolledUp && (
          <button type="button" className="terminal-jump" onClick={() => session?.scrollToEnd()}>
            <Icon name="arrow-down" /> Jump to end
          </button>
        )}
      </div>
      {!live && (
        <p className="terminal-off">
          <span className="terminal-off-dot" aria-hidden="true" />
          Machine is off; transcript kept · {formatBytes(machine.transcriptBytes)}
        </p>
      )}
      {/* The screen itself is drawn on a canvas; this is the same text for screen readers (and tests). */}
      <div className="visually-hidden" role="log" aria-label="Last console lines" aria-live="off">
        {text}
      </div>
      {heldPaste !== null && (
        <PasteDialog
          text={heldPaste}
          onPaste={() => session?.paste(heldPaste)}
          onClose={() => setHeldPaste(null)}
        />
      )}
    </section>
  );
}

const noClipboard = (cause: unknown) =>
  new AppError("permission-denied", "The clipboard cannot be read", {
    hint: "Paste with Ctrl+Shift+V instead.",
    cause,
  });
