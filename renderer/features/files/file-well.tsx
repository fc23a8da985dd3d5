import { useId, useRef, useState, type DragEvent } from "react";
import { Button } from "#renderer/components/button.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { Icon, type IconName } from "#renderer/components/icon.tsx";
import { ProgressBar } from "#renderer/components/progress-bar.tsx";
import { useCore } from "#renderer/host/core-context.tsx";
import { classNames } from "#renderer/lib/class-names.ts";
import { fileName } from "#renderer/lib/file-name.ts";
import { formatBytes } from "#renderer/lib/format-bytes.ts";
import { useSendFile } from "./use-send-file.ts";
import "./file-well.css";

interface FileWellProps {
  label: string;
  icon: IconName;
  /** Path on the core's computer; empty when none is chosen. */
  path: string;
  onPath: (path: string) => void;
  /** What to drop, as in “Drop an installer ISO here”. */
  what: string;
  problem?: string | null;
}

/** A file by drop, by the system's chooser, or by typing its path on the computer where Goldsmith runs. */
export function FileWell({ label, icon, path, onPath, what, problem = null }: FileWellProps) {
  const { host } = useCore();
  const { send, sending, error, cancel } = useSendFile();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const pathId = useId();

  const take = async (file: File | undefined) => {
    if (file === undefined) return;
    const sent = await send(file);
    if (sent !== null) onPath(sent);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    event.stopPropagation();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };

  return (
    <div className="file-well" role="group" aria-label={label}>
      <div
        className={classNames("file-well-target", over && "file-well-over")}
        data-drop-target
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <Icon name={icon} />
        <div className="file-well-words">
          {sending === null ? (
            <>
              <strong className="truncate">{path === "" ? `Drop ${what} here` : fileName(path)}</strong>
              <span className="faint">
                {path === "" ? "or choose it" : "Drop or choose another to change it"}
              </span>
            </>
          ) : (
            <>
              <strong className="truncate">Sending {sending.name}</strong>
              <ProgressBar fraction={sending.doneBytes / Math.max(1, sending.totalBytes)} label="Upload" />
              <span className="faint">
                {formatBytes(sending.doneBytes)} of {formatBytes(sending.totalBytes)}
              </span>
            </>
          )}
        </div>
        {sending === null ? (
          <Button onClick={() => input.current?.click()}>Choose…</Button>
        ) : (
          <Button onClick={cancel}>Stop sending</Button>
        )}
        <input
          ref={input}
          type="file"
          className="visually-hidden"
          aria-label={`${label} file`}
          tabIndex={-1}
          onChange={(event) => {
            void take(event.target.files?.[0]);
            event.target.value = "";
          }}
        />
      </div>
      <div className="file-well-path">
        <label htmlFor={pathId} className="field-label">
          {host.kind === "browser" ? "Path on Goldsmith's computer" : "Path"}
        </label>
        <input
          id={pathId}
          className="input mono"
          spellCheck={false}
          placeholder={
            host.kind === "browser" ? "No upload needed when it is already there" : "/path/to/file"
          }
          value={path}
          aria-invalid={problem !== null || undefined}
          onChange={(event) => onPath(event.target.value)}
        />
      </div>
      {problem !== null && <div className="field-line field-problem">{problem}</div>}
      {error !== null && <ErrorNotice error={error} />}
    </div>
  );
}
