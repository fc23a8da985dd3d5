import { HardwareSchema, MachineCreateSchema, type Hardware, type MachineCreate } from "#contract/machine.ts";
import { formatWholeBytes } from "#renderer/lib/format-bytes.ts";
import { nameFromIso } from "#renderer/lib/file-name.ts";
import { parseSize } from "#renderer/lib/parse-size.ts";

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

/** The form as typed. Sizes stay text until they are sent. */
export interface MachineDraft {
  name: string;
  /** A name that a person typed is not replaced when the ISO changes. */
  nameTyped: boolean;
  isoPath: string;
  cores: string;
  memory: string;
  disk: string;
  firmware: Hardware["firmware"];
  diskBus: Hardware["diskBus"];
}

export const memoryPresetsBytes = [512 * MiB, GiB, 2 * GiB, 4 * GiB];
export const diskPresetsBytes = [4 * GiB, 8 * GiB, 20 * GiB, 40 * GiB];

export function newDraft(isoPath: string | null): MachineDraft {
  const draft: MachineDraft = {
    name: "",
    nameTyped: false,
    isoPath: "",
    cores: "2",
    memory: formatWholeBytes(GiB),
    disk: formatWholeBytes(8 * GiB),
    firmware: "bios",
    diskBus: "virtio-scsi",
  };
  return isoPath === null ? draft : withIso(draft, isoPath);
}

export const withIso = (draft: MachineDraft, isoPath: string): MachineDraft => ({
  ...draft,
  isoPath,
  name: draft.nameTyped ? draft.name : nameFromIso(isoPath),
});

/** Cores, memory and disk as typed, over what is there; null while something is wrong. */
export function judgeHardware(
  typed: Pick<MachineDraft, "cores" | "memory" | "disk">,
  base: Hardware,
): { hardware: Hardware | null; problems: JudgedDraft["problems"] } {
  const draft: MachineDraft = { ...newDraft(null), ...base, ...typed, name: "x" };
  const { input, problems } = judgeDraft(draft);
  return { hardware: input === null ? null : HardwareSchema.parse(input.hardware), problems };
}

export type DraftField = "name" | "cores" | "memory" | "disk";
export interface JudgedDraft {
  /** What to send; null while something is wrong. */
  input: MachineCreate | null;
  problems: Readonly<Partial<Record<DraftField, string>>>;
}

const fieldOfPath: Readonly<Record<string, DraftField>> = {
  name: "name",
  "hardware.cores": "cores",
  "hardware.memoryBytes": "memory",
  "hardware.diskSizeBytes": "disk",
};
const words: Readonly<Record<Exclude<DraftField, "name">, string>> = {
  cores: "A whole number from 1 to 64",
  memory: "From 64 MiB to 1 TiB, in whole MiB",
  disk: "From 1 MiB to 64 TiB",
};

/** The draft against the contract's own schema, so that window and core cannot disagree. */
export function judgeDraft(draft: MachineDraft): JudgedDraft {
  const parsed = MachineCreateSchema.safeParse({
    name: draft.name,
    isoPath: draft.isoPath.trim() === "" ? null : draft.isoPath.trim(),
    hardware: {
      cores: /^\d+$/.test(draft.cores.trim()) ? Number(draft.cores) : Number.NaN,
      memoryBytes: parseSize(draft.memory) ?? Number.NaN,
      diskSizeBytes: parseSize(draft.disk) ?? Number.NaN,
      firmware: draft.firmware,
      diskBus: draft.diskBus,
    },
  });
  if (parsed.success) return { input: parsed.data, problems: {} };
  const problems: Partial<Record<DraftField, string>> = {};
  for (const issue of parsed.error.issues) {
    const field = fieldOfPath[issue.path.join(".")];
    if (field !== undefined) problems[field] ??= field === "name" ? issue.message : words[field];
  }
  return { input: null, problems };
}
