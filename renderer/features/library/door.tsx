import { useState, type ReactNode } from "react";
import { Icon, type IconName } from "#renderer/components/icon.tsx";
import { classNames } from "#renderer/lib/class-names.ts";

interface DoorProps {
  icon: IconName;
  title: string;
  children: ReactNode;
  action: ReactNode;
  /** Takes dropped files where it can. */
  onFiles?: (files: readonly File[]) => void;
}

/** One way to begin: what it is, what happens, one button. */
export function Door({ icon, title, children, action, onFiles }: DoorProps) {
  const [over, setOver] = useState(false);
  return (
    <section
      className={classNames("door", over && "door-over")}
      aria-label={title}
      data-drop-target={onFiles === undefined ? undefined : true}
      onDragOver={(event) => {
        if (onFiles === undefined) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        if (onFiles === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        setOver(false);
        onFiles([...event.dataTransfer.files]);
      }}
    >
      <span className="door-icon">
        <Icon name={icon} />
      </span>
      <h2>{title}</h2>
      <p className="soft">{children}</p>
      <div className="door-action">{action}</div>
    </section>
  );
}
