import { useCallback, useEffect, useState } from "react";
import type { OutputOf } from "#contract/contract.ts";
import type { MachineView } from "#contract/machine.ts";
import { Button, IconButton } from "#renderer/components/button.tsx";
import { ShellTerminal } from "#renderer/components/terminal/shell-terminal.tsx";
import { useSendFile } from "#renderer/features/files/use-send-file.ts";
import { useCall } from "#renderer/host/use-call.ts";
import { machineControls } from "#renderer/features/machine/machine-controls.ts";
import { classNames } from "#renderer/lib/class-names.ts";
import { AuthorizeDialog } from "./authorize-dialog.tsx";
import { CopyDialog } from "./copy-dialog.tsx";
import "./guest-panel.css";

interface OpenShell {
  readonly terminalId: string;
  readonly label: string;
  readonly ended: boolean;
}

type GuestStatus = OutputOf<"guest.status">;
type Asking = { what: "authorize" } | { what: "copy"; path: string } | null;

/** Shells in the guest and on this computer, and files between them. */
export function GuestPanel({ machine, shown }: { machine: MachineView; shown: boolean }) {
  const [shells, setShells] = useState<readonly OpenShell[]>([]);
  const [frontId, setFrontId] = useState<string | null>(null);
  const [status, setStatus] = useState<GuestStatus | null>(null);
  const [asking, setAsking] = useState<Asking>(null);
  const open = useCall("terminals.open");
  const close = useCall("terminals.close");
  const ask = useCall("guest.status");
  const { send } = useSendFile();
  const { guest: unavailable } = machineControls(machine);
  const machineId = machine.id;
  const askStatus = ask.run;

  const look = useCallback(() => {
    void askStatus({ machineId }).then(setStatus);
  }, [askStatus, machineId]);
  useEffect(() => {
    if (shown && unavailable === null) look();
  }, [shown, unavailable, look]);

  const openShell = async (kind: "host" | "ssh") => {
    const size = { columns: 100, rows: 30 };
    const opened = await open.run({ machineId, kind, ...size });
    if (opened === null) return;
    const label = kind === "host" ? "This computer" : `${status?.username ?? "guest"}@${machine.name}`;
    setShells((before) => [...before, { terminalId: opened.terminalId, label, ended: false }]);
    setFrontId(opened.terminalId);
  };
  const closeShell = (terminalId: string) => {
    void close.run({ terminalId });
    const rest = shells.filter((shell) => shell.terminalId !== terminalId);
    setShells(rest);
    if (frontId === terminalId) setFrontId(rest.at(-1)?.terminalId ?? null);
  };
  const ended = (terminalId: string) =>
    setShells((before) =>
      before.map((shell) => (shell.terminalId === terminalId ? { ...shell, ended: true } : shell)),
    );
  const takeDropped = async (file: File | undefined) => {
    const path = file === undefined ? null : await send(file);
    if (path !== null) setAsking({ what: "copy", path });
  };
  const reachable = status?.reachable === true;
  const noShell = unavailable ?? (reachable ? null : (status?.reason ?? "Not reached yet"));

  return (
    <section
      className="guest-panel"
      aria-label="Shells and files"
      data-drop-target={noShell === null || undefined}
      onDrop={(event) => {
        // Elsewhere a dropped file is checked; here it is meant for the guest.
        if (noShell !== null) return;
        event.preventDefault();
        event.stopPropagation();
        void takeDropped(event.dataTransfer.files[0]);
      }}
    >
      <div className="guest-bar" role="toolbar" aria-label="Guest tools">
        <Button icon="plus" busy={open.pending} unavailable={noShell} onClick={() => void openShell("ssh")}>
          Guest shell
        </Button>
        <Button
          icon="plus"
          title="A shell of this computer, in the machine's folder"
          onClick={() => void openShell("host")}
        >
          Host shell
        </Button>
        <Button icon="upload" unavailable={noShell} onClick={() => setAsking({ what: "copy", path: "" })}>
          Copy files…
        </Button>
        <span className="guest-bar-space" />
        <span className="guest-status faint" role="status">
          {unavailable ?? (status === null ? "Looking for the guest…" : statusText(status))}
        </span>
        {unavailable === null && !reachable && (
          <>
            <Button icon="refresh" busy={ask.pending} onClick={look}>
              Look again
            </Button>
            <Button icon="key" onClick={() => setAsking({ what: "authorize" })}>
              Let me in…
            </Button>
          </>
        )}
      </div>
      {shells.length > 0 && (
        <div className="guest-tabs" role="tablist" aria-label="Shells">
          {shells.map((shell) => (
            <span key={shell.terminalId} className="guest-tab">
              <button
                type="button"
                role="tab"
                aria-selected={shell.terminalId === frontId}
                onClick={() => setFrontId(shell.terminalId)}
              >
                {shell.label}
                {shell.ended && <span className="faint"> ended</span>}
              </button>
              <IconButton
                icon="close"
                label={`Close ${shell.label}`}
                onClick={() => closeShell(shell.terminalId)}
              />
            </span>
          ))}
        </div>
      )}
      <div className="guest-shells">
        {shells.length === 0 && (
          <p className="guest-none soft">
            No shell is open. The guest shell goes over SSH with a key that Goldsmith made for this machine
            and removes when you seal it; the host shell opens in the machine’s folder with QEMU’s tools at
            hand.
          </p>
        )}
        {shells.map((shell) => (
          <div
            key={shell.terminalId}
            className={classNames("guest-shell", shell.terminalId !== frontId && "guest-shell-behind")}
          >
            <ShellTerminal
              terminalId={shell.terminalId}
              label={shell.label}
              onEnd={() => ended(shell.terminalId)}
            />
          </div>
        ))}
      </div>
      {asking?.what === "authorize" && (
        <AuthorizeDialog
          machine={machine}
          onClose={() => {
            setAsking(null);
            look();
          }}
        />
      )}
      {asking?.what === "copy" && (
        <CopyDialog machine={machine} initialPath={asking.path} onClose={() => setAsking(null)} />
      )}
    </section>
  );
}

const statusText = ({ reachable, username, reason }: GuestStatus): string =>
  reachable ? `Reached by SSH as ${username ?? "?"}` : reason;
