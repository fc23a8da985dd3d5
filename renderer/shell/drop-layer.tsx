import { useEffect, useRef, useState, type DragEvent, type ReactNode } from "react";
import { Button } from "#renderer/components/button.tsx";
import { Icon } from "#renderer/components/icon.tsx";
import { ProgressBar } from "#renderer/components/progress-bar.tsx";
import { TakeFilesContext } from "#renderer/features/files/take-files-context.ts";
import { useTakeFiles } from "#renderer/features/files/use-take-files.ts";
import { formatBytes } from "#renderer/lib/format-bytes.ts";
import "./drop-layer.css";

const hasFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes("Files");

/** What is known before the drop: how many, not which. */
const countFiles = (event: DragEvent): number =>
  [...event.dataTransfer.items].filter(({ kind }) => kind === "file").length;

/** The whole window takes files; places with `data-drop-target` take them for themselves. */
export function DropLayer({ children }: { children: ReactNode }) {
  const { take, sending, cancel } = useTakeFiles();
  // Enter and leave come for every element below; their balance tells whether the pointer is in the window.
  const [depth, setDepth] = useState(0);
  const [onTarget, setOnTarget] = useState(false);
  const [count, setCount] = useState(1);

  return (
    <div
      className="app"
      onDragEnter={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setCount(countFiles(event));
        setDepth((before) => before + 1);
      }}
      onDragLeave={(event) => {
        if (hasFiles(event)) setDepth((before) => Math.max(0, before - 1));
      }}
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
        setOnTarget(event.target instanceof Element && event.target.closest("[data-drop-target]") !== null);
      }}
      onDropCapture={() => setDepth(0)}
      onDrop={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        void take([...event.dataTransfer.files]);
      }}
    >
      <TakeFilesContext value={take}>{children}</TakeFilesContext>
      {depth > 0 && !onTarget && <DropOverlay count={count} />}
      {sending !== null && (
        <div className="drop-sending" role="status">
          <div>
            <strong className="truncate">Sending {sending.name}</strong>
            <ProgressBar fraction={sending.doneBytes / Math.max(1, sending.totalBytes)} label="Upload" />
            <span className="faint">
              {formatBytes(sending.doneBytes)} of {formatBytes(sending.totalBytes)}
            </span>
          </div>
          <Button onClick={cancel}>Stop sending</Button>
        </div>
      )}
    </div>
  );
}

/** In the top layer, so that an open dialog does not hide it. */
function DropOverlay({ count }: { count: number }) {
  const overlay = useRef<HTMLDivElement>(null);
  useEffect(() => overlay.current?.showPopover(), []);
  return (
    <div ref={overlay} popover="manual" className="drop-overlay" aria-hidden="true">
      {count > 1 ? (
        <div className="drop-choice">
          <Icon name="image" />
          <strong>{count} files</strong>
          <span className="soft">each is checked for every provider</span>
        </div>
      ) : (
        <>
          <div className="drop-choice">
            <Icon name="image" />
            <strong>Disk image</strong>
            <span className="soft">is checked for every provider</span>
          </div>
          <div className="drop-choice">
            <Icon name="disc" />
            <strong>Installer ISO</strong>
            <span className="soft">becomes a new machine</span>
          </div>
        </>
      )}
    </div>
  );
}
