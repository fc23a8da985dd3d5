import type { ReactNode } from "react";
import type { Level } from "#contract/finding.ts";
import { classNames } from "#renderer/lib/class-names.ts";
import "./level-mark.css";

export const levelWords: Record<Level, string> = {
  error: "Error",
  warning: "Warning",
  unknown: "Unknown",
  info: "Info",
  pass: "Pass",
};

/** Each level has its own shape as well as its colour. */
const shapes: Record<Level, ReactNode> = {
  error: (
    <>
      <circle cx="8" cy="8" r="7" />
      <path d="m5.5 5.5 5 5m0-5-5 5" />
    </>
  ),
  warning: (
    <>
      <path className="level-body" d="M8 1 15.3 14.3H.7z" />
      <path d="M8 5.8v4M8 12v.01" />
    </>
  ),
  unknown: (
    <>
      <circle cx="8" cy="8" r="7" />
      <path d="M6 6.2a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.3M8 11.6v.01" />
    </>
  ),
  info: (
    <>
      <circle cx="8" cy="8" r="7" />
      <path d="M8 7.3v4M8 4.7v.01" />
    </>
  ),
  pass: (
    <>
      <circle cx="8" cy="8" r="7" />
      <path d="m4.8 8.2 2.2 2.2 4.2-4.5" />
    </>
  ),
};

interface LevelMarkProps {
  level: Level;
  /** Read out; leave empty where the level stands beside it in words. */
  label?: string;
}

export function LevelMark({ level, label = "" }: LevelMarkProps) {
  return (
    <svg
      className={classNames("level-mark", `level-${level}`)}
      viewBox="0 0 16 16"
      role={label === "" ? undefined : "img"}
      aria-label={label === "" ? undefined : label}
      aria-hidden={label === "" ? "true" : undefined}
    >
      {shapes[level]}
    </svg>
  );
}
