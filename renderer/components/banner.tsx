import type { ReactNode } from "react";
import { classNames } from "#renderer/lib/class-names.ts";
import { LevelMark } from "./level-mark.tsx";
import "./banner.css";

interface BannerProps {
  level: "info" | "warning" | "error";
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}

/** A line across the pane about the state of what is below it. */
export function Banner({ level, title, children, actions }: BannerProps) {
  return (
    <div className={classNames("banner", `banner-${level}`)} role={level === "info" ? "status" : "alert"}>
      <LevelMark level={level} />
      <div className="banner-words selectable">
        <strong>{title}</strong>
        {children !== undefined && <span className="soft"> {children}</span>}
      </div>
      {actions !== undefined && <div className="banner-actions">{actions}</div>}
    </div>
  );
}
