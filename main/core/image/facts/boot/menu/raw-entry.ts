import type { Uki } from "#core/image/facts/boot/uki.ts";

/** One entry of a boot menu, with paths as the boot loader names them. */
export interface RawEntry {
  /** `null` for what starts no Linux: a chain loader, the firmware's setup. */
  readonly kernel: string | null;
  readonly initrds: readonly string[];
  readonly options: string;
  /** Of the kernel's arguments, in the file that `options` comes from. */
  readonly line: number | null;
  /** Where that is not the menu's own file. */
  readonly path?: string;
  /** The kernel is an EFI program that brings its initramfs along. */
  readonly unified?: Uki;
}

/** A menu as its loader shows it, the entry that starts by itself first. */
export type RawMenu = readonly RawEntry[];

export const withDefaultFirst = (entries: readonly RawEntry[], chosen: RawEntry | null): RawMenu =>
  chosen === null ? entries : [chosen, ...entries.filter((entry) => entry !== chosen)];
