import type { MachinePower } from "#contract/machine.ts";
import { classNames } from "#renderer/lib/class-names.ts";
import "./power-dot.css";

export const powerWords: Record<MachinePower, string> = {
  off: "Off",
  starting: "Starting",
  running: "Running",
  paused: "Paused",
  stopping: "Shutting down",
};

export function PowerDot({ power }: { power: MachinePower }) {
  return (
    <span className={classNames("power-dot", `power-${power}`)} role="img" aria-label={powerWords[power]} />
  );
}
