import type { ReactNode } from "react";
import "./screen-header.css";

interface ScreenHeaderProps {
  /** A dot or an icon before the title. */
  mark?: ReactNode;
  title: string;
  badge?: ReactNode;
  /** One quiet line under the title. */
  meta?: ReactNode;
  actions?: ReactNode;
}

/** The top of every screen: what it is about, and what can be done with it. */
export function ScreenHeader({ mark, title, badge, meta, actions }: ScreenHeaderProps) {
  return (
    <header className="screen-header">
      <div className="screen-title">
        {mark}
        <h1 className="truncate selectable">{title}</h1>
        {badge}
      </div>
      {actions !== undefined && <div className="screen-actions">{actions}</div>}
      {meta !== undefined && meta !== null && <div className="screen-meta">{meta}</div>}
    </header>
  );
}
