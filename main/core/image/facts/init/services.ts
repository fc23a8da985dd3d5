import type { Where } from "#contract/where.ts";
import type { UnitSetting } from "./unit-file.ts";

/** Which services a system starts by itself, whatever starts them. Asked for by systemd's names. */
export interface InitSystem {
  readonly kind: "systemd" | "openrc" | "runit" | "s6" | "bsd-rc" | "sysv";
  /** The unit's or script's file; null when there is none. */
  unitPath(unit: string): Promise<string | null>;
  /** The file or link that starts it at boot; null when nothing does. */
  enabledBy(unit: string): Promise<string | null>;
  /** The same with the line where a line says so: a preset, rc.conf. */
  startedBy(unit: string): Promise<Where | null>;
  /** The mask that keeps it from starting although it may be enabled; null when there is none. */
  maskedBy(unit: string): Promise<string | null>;
  /** A condition that does not hold or a drop-in that takes its command away; null when nothing is in the way. */
  heldBackBy(unit: string): Promise<Where | null>;
  /** A unit's settings after its drop-ins; empty without systemd. */
  settingsOf(unit: string): Promise<readonly UnitSetting[]>;
  /** systemd.generator(7) by its file name: its path, when it is there and not masked. */
  generatorPath(name: string): Promise<string | null>;
  /** Names of all units that are started at boot. */
  enabledUnits(): Promise<readonly string[]>;
}
