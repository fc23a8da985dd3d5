import type { FstabEntryFacts } from "#contract/facts-disk.ts";
import type { Level } from "#contract/finding.ts";
import { hasDeviceName } from "#core/check/device-names.ts";
import { advice, hasLinux, pass, unknown, type Case, type Outcome, type Rule } from "#core/check/rule.ts";
import { fstabDocument } from "./documents.ts";

const at = ({ line }: FstabEntryFacts): string => `/etc/fstab:${line}`;
const isSwap = ({ type, mountPoint }: FstabEntryFacts): boolean => type === "swap" || mountPoint === "swap";

/** A boot does without these: fstab(5), systemd.mount(5). */
const isOptional = ({ options }: FstabEntryFacts): boolean =>
  options.some((option) => /^(?:nofail|noauto|x-systemd\.automount)$/.test(option));

const needed = ({ facts }: Case): FstabEntryFacts[] =>
  (facts.fstab ?? []).filter((entry) => !isOptional(entry));

const notRead = (): Outcome =>
  unknown("What is mounted at boot could not be told", "/etc/fstab could not be read.", "/etc/fstab");

/** A missing swap only delays the boot, and the root is mounted before fstab is read. */
const levelOf = (entry: FstabEntryFacts): Level =>
  isSwap(entry) ? "info" : entry.mountPoint === "/" ? "warning" : "error";

export const fstabRules: readonly Rule[] = [
  {
    id: "fstab.other-disks",
    title: "The boot needs no other disk",
    applies: hasLinux,
    source: (profile) => profile.oneDisk ?? fstabDocument,
    consequence: "The boot waits for the disk, then stops in emergency mode: there is no network and no SSH.",
    fix: advice("Delete the line, or add the option `nofail`.", "nofail-other-disks"),
    evaluate: (subject) => {
      if (subject.facts.fstab === null) return notRead();
      const missing = needed(subject).filter(({ inImage }) => inImage === false);
      if (missing.length === 0) return pass("All that is mounted at boot is in the image", "/etc/fstab");
      return missing.map((entry): Outcome => {
        const level = levelOf(entry);
        const what = isSwap(entry) ? "Swap" : entry.mountPoint;
        const title = `${what} is on ${entry.spec}, which is not in the image`;
        if (level === "error") return { level, title, where: at(entry) };
        const consequence = isSwap(entry)
          ? "The boot waits a minute and a half for it, then goes on."
          : "The root filesystem may stay read-only.";
        return { level, title, where: at(entry), consequence };
      });
    },
  },
  {
    id: "fstab.by-uuid",
    title: "Filesystems are named in a way that survives another disk bus",
    applies: hasLinux,
    source: () => fstabDocument,
    consequence: "The disk may have another name there; then the boot stops in emergency mode.",
    fix: advice("Name the filesystems by UUID in /etc/fstab.", "fstab-by-uuid"),
    evaluate: (subject) => {
      const { facts, profile } = subject;
      if (facts.fstab === null) return []; // fstab.other-disks says so
      const byDevice = needed(subject).flatMap((entry): Outcome[] => {
        const answer = entry.inImage === false ? null : hasDeviceName(entry.spec, profile);
        if (answer === null || answer === "yes") return [];
        const isCertain = answer === "no" && levelOf(entry) === "error";
        const level = isSwap(entry) ? "info" : isCertain ? "error" : "warning";
        const what = isSwap(entry) ? "Swap" : entry.mountPoint;
        return [{ level, title: `${what} is named by its device: ${entry.spec}`, where: at(entry) }];
      });
      return byDevice.length > 0 ? byDevice : pass("No filesystem is named by its device", "/etc/fstab");
    },
  },
];
