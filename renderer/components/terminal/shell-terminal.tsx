import { useEffect, useState } from "react";
import { AppError } from "#core/lib/app-error.ts";
import { useCore } from "#renderer/host/core-context.tsx";
import { usePreference } from "#renderer/view-state/preferences.ts";
import { useShownTheme } from "#renderer/view-state/theme.ts";
import { showError } from "#renderer/view-state/toasts.ts";
import { copyText } from "../copy-text.ts";
import { consoleKeys } from "./console-keys.ts";
import { createInputQueue } from "./input-queue.ts";
import { pump } from "./pump.ts";
import { useTerminalSession } from "./use-terminal-session.ts";
import "@xterm/xterm/css/xterm.css";
import "./serial-console.css";

interface ShellTerminalProps {
  terminalId: string;
  label: string;
  /** The shell has ended, by itself or by a lost connection. */
  onEnd: () => void;
}

/** A shell that the core holds open: of this computer or of a guest. Give it a `key` of the terminal's id. */
export function ShellTerminal({ terminalId, label, onEnd }: ShellTerminalProps) {
  const { client } = useCore();
  const theme = useShownTheme();
  const fontPx = usePreference("terminalFontPx");
  const [text, setText] = useState("");
  const [type] = useState(() =>
    createInputQueue(
      async (batch) => {
        await client.call("terminals.write", { terminalId, text: batch });
      },
      (cause) => {
        const error = AppError.from(cause);
        // Keys after the shell's end are nobody's business.
        if (error.code !== "not-found") showError(error);
      },
    ),
  );
  const { screenRef, session } = useTerminalSession(
    { theme, fixedSize: false, fontPx },
    {
      onInput: type,
      onText: setText,
      onScrolledUp: () => {},
      onSize: (columns, rows) => {
        // A terminal that ended meanwhile has no size.
        void client.call("terminals.resize", { terminalId, columns, rows }).catch(() => {});
      },
      onFound: () => {},
      onKey: consoleKeys({
        onFind: () => {},
        onCopy: () => {
          const selection = session?.selection() ?? "";
          if (selection !== "") void copyText(selection, "the selection");
        },
        onFont: () => {},
      }),
    },
  );

  useEffect(() => {
    if (session === null) return;
    const ending = new AbortController();
    session.setReplaying(false);
    session.focus();
    const sink = { write: (data: Uint8Array, onDrawn: () => void) => session.write(data, onDrawn) };
    void pump(client.bytes("terminals.read", { terminalId }, ending.signal), sink)
      .catch((cause: unknown) => {
        if (!ending.signal.aborted) showError(AppError.from(cause));
      })
      .finally(() => {
        if (!ending.signal.aborted) onEnd();
      });
    return () => ending.abort();
    // oxlint-disable-next-line react/exhaustive-deps -- the end is told to whoever listens when it comes
  }, [client, session, terminalId]);

  return (
    <section className="terminal" aria-label={label}>
      <div className="terminal-stage">
        <div className="terminal-pane">
          <div ref={screenRef} className="terminal-screen" />
        </div>
      </div>
      <div className="visually-hidden" role="log" aria-label={`Last lines of ${label}`} aria-live="off">
        {text}
      </div>
    </section>
  );
}
