import type { ReactNode } from "react";
import { classNames } from "#renderer/lib/class-names.ts";
import "./badge.css";

export type Tone = "neutral" | "good" | "note" | "warn" | "bad" | "doubt" | "accent";

export function Badge({
  tone = "neutral",
  title,
  children,
}: {
  tone?: Tone;
  title?: string;
  children: ReactNode;
}) {
  return (
    <span className={classNames("badge", `badge-${tone}`)} title={title}>
      {children}
    </span>
  );
}
