import type { ImageFacts } from "#contract/facts.ts";
import {
  counted,
  firstOf,
  group,
  listOr,
  rowAt,
  yesNo,
  type FactGroup,
  type FactRow,
  type FactTable,
} from "./fact-group.ts";

export function systemGroup({ os, kernels, packages, agents, selinux }: ImageFacts): FactGroup | null {
  if (os === null) return null;
  const name =
    os.prettyName ??
    os.id ??
    { linux: "Linux", bsd: "BSD", windows: "Windows", unknown: "unknown" }[os.family];
  const versions = kernels.map(({ version }) => version);
  return group("system", "System", os.architecture === null ? name : `${name}, ${os.architecture}`, [
    { name: "OS", value: name },
    os.architecture === null ? null : { name: "Architecture", value: os.architecture },
    versions.length === 0
      ? null
      : { name: versions.length === 1 ? "Kernel" : "Kernels", value: firstOf(versions, 4), code: true },
    packages === null ? null : packagesRow(packages),
    agents === null || agents.length === 0
      ? null
      : {
          name: "Agents",
          value: agents.map((agent) => `${agent.name}${agent.enabledAtBoot ? "" : " (off)"}`).join(", "),
        },
    selinux === null ? null : selinuxRow(selinux),
  ]);
}

function packagesRow({ manager, database, installedCount }: NonNullable<ImageFacts["packages"]>): FactRow {
  if (manager === "none") return { name: "Packages", value: "no package manager" };
  const form = database === null ? manager : `${manager}, ${database}`;
  return {
    name: "Packages",
    value: installedCount === null ? `${form}; they could not be counted` : `${installedCount} (${form})`,
  };
}

function selinuxRow({
  mode,
  where,
  relabelPending,
  unlabelled,
}: NonNullable<ImageFacts["selinux"]>): FactRow {
  const state = relabelPending
    ? ", relabels at first boot"
    : unlabelled !== null && unlabelled.length > 0
      ? ", files without a label"
      : "";
  return rowAt("SELinux", `${mode}${state}`, where);
}

type Driver = ImageFacts["kernels"][number]["drivers"][string];

const initramfsText = (driver: Driver): string =>
  driver.builtIn
    ? "not needed"
    : driver.inInitramfs === null
      ? "unknown"
      : driver.inInitramfs
        ? "there"
        : "not there";

export function driversGroup({ kernels }: ImageFacts): FactGroup | null {
  const shown = kernels.filter(({ drivers }) => Object.keys(drivers).length > 0).slice(0, 8);
  if (shown.length === 0) return null;
  const tables = shown.map((kernel): FactTable => ({
    label: shown.length === 1 ? "Drivers" : `Drivers of ${kernel.version}`,
    head: [shown.length === 1 ? "Driver" : kernel.version, "Kernel", "initramfs"],
    rows: Object.entries(kernel.drivers).map(([name, driver]) => ({
      cells: [
        name,
        driver.builtIn ? "built in" : driver.module ? "module" : "missing",
        initramfsText(driver),
      ],
      hint: kernel.initramfsUnreadable ?? kernel.initramfsPath ?? "",
    })),
  }));
  const [first] = shown;
  const missing = Object.entries(first?.drivers ?? {}).filter(
    ([, { builtIn, module }]) => !builtIn && !module,
  );
  const gist =
    missing.length === 0 ? "VirtIO is there" : `${missing.map(([name]) => name).join(", ")} missing`;
  return group("drivers", "Drivers", gist, [], tables);
}

export function bootGroup({ boot }: ImageFacts): FactGroup | null {
  if (boot === null) return null;
  const bios = boot.biosBootCode || boot.grubCore || boot.extlinuxPath !== null;
  const ways = [...(bios ? ["BIOS"] : []), ...(boot.efiRemovablePath === null ? [] : ["UEFI"])];
  const biosWords = boot.grubCore
    ? "GRUB"
    : boot.extlinuxPath !== null
      ? "extlinux"
      : boot.biosBootCode
        ? "boot code of another loader"
        : "no boot code";
  return group("boot", "Boot", ways.length === 0 ? "no boot loader found" : ways.join(" and "), [
    { name: "BIOS", value: biosWords },
    boot.efiRemovablePath === null
      ? { name: "UEFI", value: boot.efiPrograms.length === 0 ? "no" : "by an entry in the firmware only" }
      : { name: "UEFI", value: boot.efiRemovablePath, code: true },
    boot.efiPrograms.length === 0
      ? null
      : { name: "EFI programs", value: firstOf(boot.efiPrograms, 4), code: true },
    boot.rootSpec === null ? null : { name: "Root", value: boot.rootSpec, code: true },
    boot.kernelCommandLine === null
      ? null
      : { ...rowAt("Command line", boot.kernelCommandLine, boot.commandLineFrom), code: true },
    boot.serialConsole === null
      ? null
      : {
          name: "Serial console",
          value: boot.consoles.length === 0 ? yesNo(boot.serialConsole) : listOr(boot.consoles, "no"),
        },
  ]);
}

export const notesGroup = ({ notes }: ImageFacts): FactGroup | null =>
  notes.length === 0
    ? null
    : group(
        "notes",
        "Worth knowing",
        counted(notes.length, "note"),
        notes.map((note) => ({ name: "", value: note })),
      );
