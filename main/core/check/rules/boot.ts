import type { Citation } from "#providers/profile.ts";
import { advice, hasSystem, pass, type Case, type Outcome, type Rule } from "#core/check/rule.ts";

const serialDocument: Citation = {
  document: "Linux Serial Console, Linux kernel documentation",
  url: "https://docs.kernel.org/admin-guide/serial-console.html",
};

const firmwareNames = { bios: "BIOS", uefi: "UEFI" } as const;

function judgeFirmware({ facts, profile }: Case): Outcome {
  const { boot } = facts;
  if (boot === null) return { level: "unknown", title: "The boot chain could not be read", fix: null };
  const works = { bios: boot.grubCore || boot.biosBootCode, uefi: boot.efiRemovablePath !== null };
  const [usual] = profile.firmware.value;
  const usable = profile.firmware.value.filter((firmware) => works[firmware]);
  if (usable.length === 0) {
    const wanted = profile.firmware.value.map((firmware) => firmwareNames[firmware]).join(" or ");
    const other = works.uefi ? "; it boots with UEFI only" : works.bios ? "; it boots with BIOS only" : "";
    return { level: "error", title: `The image does not boot with ${wanted}${other}`, where: "boot loader" };
  }
  if (usual !== undefined && !usable.includes(usual)) {
    const needed = usable.map((firmware) => firmwareNames[firmware]).join(" or ");
    const title = `The image boots with ${needed} only`;
    const consequence = `It starts only where the machine's firmware is set to ${needed}; ${firmwareNames[usual]} is usual there.`;
    return { level: "info", title, where: "boot loader", consequence };
  }
  if (usual === "bios" && !boot.grubCore) {
    const title = "There is BIOS boot code, but not GRUB's; it was not looked at further";
    return {
      level: "info",
      title,
      where: "boot sector",
      consequence: "Whether it boots was not proved.",
      fix: null,
    };
  }
  return pass(`The image boots with ${usable.map((firmware) => firmwareNames[firmware]).join(" and ")}`);
}

const namedBy = (spec: string): "uuid" | "label" | "lvm" | "device" => {
  if (/^(?:PART)?UUID=|^\/dev\/disk\/by-(?:part)?uuid\//i.test(spec)) return "uuid";
  if (/^(?:PART)?LABEL=|^\/dev\/disk\/by-(?:part)?label\//i.test(spec)) return "label";
  return spec.startsWith("/dev/mapper/") ? "lvm" : "device";
};

export const bootRules: readonly Rule[] = [
  {
    id: "boot.firmware",
    title: "The image boots with the provider's firmware",
    applies: hasSystem,
    source: (profile) => profile.firmware.source,
    consequence: "The machine starts and shows nothing: its firmware finds no boot loader.",
    fix: advice("Install GRUB for this firmware too (`grub-install --target=i386-pc` for BIOS)."),
    evaluate: judgeFirmware,
  },
  {
    id: "boot.root-by",
    title: "The root filesystem is named in a way that survives another disk bus",
    applies: (subject) =>
      hasSystem(subject) &&
      subject.profile.rootBy !== null &&
      (subject.facts.boot?.rootSpec ?? null) !== null,
    source: (profile) => profile.rootBy?.source ?? profile.document,
    consequence: "The boot stops: the disk has another name at the provider.",
    fix: advice("Name the root filesystem by UUID on the kernel command line and in /etc/fstab."),
    evaluate: ({ facts, profile }) => {
      const spec = facts.boot?.rootSpec ?? "";
      const way = namedBy(spec);
      if (way !== "device" && profile.rootBy?.value.includes(way) === true)
        return pass(`The root filesystem is named by ${spec}`);
      return {
        level: "error",
        title: `The root filesystem is named by its device: ${spec}`,
        where: "kernel command line",
      };
    },
  },
  {
    id: "boot.serial-console",
    title: "The kernel also speaks on the serial port",
    applies: (subject) => hasSystem(subject) && (subject.facts.boot?.kernelCommandLine ?? null) !== null,
    source: () => serialDocument,
    consequence: "When a machine does not come up there is no text to find out why.",
    fix: advice("Add `console=tty0 console=ttyS0,115200` to the kernel command line."),
    evaluate: ({ facts }) =>
      facts.boot?.serialConsole === true
        ? pass("The kernel speaks on the serial port")
        : {
            level: "info",
            title: "The kernel does not speak on the serial port",
            where: "kernel command line",
          },
  },
];
