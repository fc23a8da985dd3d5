import { hasDeviceName } from "#core/check/device-names.ts";
import {
  advice,
  hasLinux,
  hasSystem,
  pass,
  placeText,
  unknown,
  volumes,
  type Case,
  type Outcome,
  type Rule,
} from "#core/check/rule.ts";
import { rootParameterDocument, serialDocument } from "./documents.ts";

const firmwareNames = { bios: "BIOS", uefi: "UEFI" } as const;

function judgeFirmware({ facts, profile }: Case): Outcome {
  const { boot } = facts;
  if (boot === null)
    return unknown("The boot chain could not be read", "Boot sector and EFI partition were not read.");
  const works = { bios: boot.grubCore || boot.biosBootCode, uefi: boot.efiRemovablePath !== null };
  const [usual] = profile.firmware.value;
  const usable = profile.firmware.value.filter((firmware) => works[firmware]);
  if (usable.length === 0) {
    const wanted = profile.firmware.value.map((firmware) => firmwareNames[firmware]).join(" or ");
    const other = works.uefi
      ? "; it boots with UEFI only"
      : works.bios
        ? "; it boots with BIOS only"
        : boot.efiPrograms.length > 0
          ? "; its UEFI programs start only with an entry in the firmware of the old machine"
          : "";
    return { level: "error", title: `The image does not boot with ${wanted}${other}`, where: "boot loader" };
  }
  if (usual !== undefined && !usable.includes(usual)) {
    const needed = usable.map((firmware) => firmwareNames[firmware]).join(" or ");
    const title = `The image boots with ${needed} only`;
    const consequence = `It starts only where the machine's firmware is set to ${needed}; ${firmwareNames[usual]} is usual there.`;
    return { level: "info", title, where: "boot loader", consequence };
  }
  if (usual === "bios" && !boot.grubCore && boot.extlinuxPath === null) {
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

const rootSpecOf = ({ facts }: Case): string | null => facts.boot?.rootSpec ?? null;
const commandLineAt = ({ facts }: Case): string =>
  placeText(facts.boot?.commandLineFrom ?? null) || "kernel command line";

function judgeRootName(subject: Case): Outcome {
  const { profile } = subject;
  const spec = rootSpecOf(subject) ?? "";
  const where = commandLineAt(subject);
  const way = namedBy(spec);
  const title = `The root filesystem is named by its device: ${spec}`;
  if (profile.rootBy !== null && !profile.rootBy.value.some((name) => name === way))
    return { level: "error", title, where, source: profile.rootBy.source };
  const answer = way === "device" ? hasDeviceName(spec, profile) : "yes";
  if (answer === "no") return { level: "error", title, where };
  if (answer === "maybe") {
    const consequence = "The boot stops if the disk has another name there.";
    return { level: "warning", title, where, consequence };
  }
  return pass(`The root filesystem is named by ${spec}`, where);
}

/** Of `UUID=…` and `LABEL=…`; null for other ways, and where a filesystem without a known UUID may be the one. */
function isRootInImage(subject: Case): boolean | null {
  const [, tag = "", value = ""] =
    /^(UUID|LABEL)="?([^"]+)"?$/i.exec(rootSpecOf(subject) ?? "") ??
    /^\/dev\/disk\/by-(uuid|label)\/(.+)$/.exec(rootSpecOf(subject) ?? "") ??
    [];
  if (tag === "") return null;
  const key = tag.toLowerCase() === "uuid" ? "uuid" : "label";
  const filesystems = volumes(subject).map(({ filesystem }) => filesystem);
  if (filesystems.some((each) => each?.[key]?.toLowerCase() === value.toLowerCase())) return true;
  return filesystems.some((each) => each === null || each.uuid === null) ? null : false;
}

export const bootRules: readonly Rule[] = [
  {
    id: "boot.firmware",
    title: "The image boots with the provider's firmware",
    applies: hasSystem,
    source: (profile) => profile.firmware.source,
    consequence: "The machine starts and shows nothing: its firmware finds no boot loader.",
    fix: advice(
      "Install GRUB for this firmware too: `grub-install --target=i386-pc` for BIOS, `grub-install --removable` for UEFI.",
      "install-boot-loader",
    ),
    evaluate: judgeFirmware,
  },
  {
    id: "boot.root-by",
    title: "The root filesystem is named in a way that survives another disk bus",
    applies: (subject) => hasLinux(subject) && rootSpecOf(subject) !== null,
    source: (profile) => profile.rootBy?.source ?? rootParameterDocument,
    consequence: "The boot stops: the disk has another name at the provider.",
    fix: advice(
      "Name the root filesystem by UUID on the kernel command line and in /etc/fstab.",
      "root-by-uuid",
    ),
    evaluate: judgeRootName,
  },
  {
    id: "boot.root-in-image",
    title: "The root filesystem that the boot loader names is in the image",
    applies: (subject) => hasLinux(subject) && isRootInImage(subject) !== null,
    source: () => rootParameterDocument,
    consequence: "The boot stops while it waits for a filesystem that is not there.",
    fix: advice(
      "Write the boot menu anew inside the system (`update-grub`, or `grub2-mkconfig -o /boot/grub2/grub.cfg`).",
      "root-by-uuid",
    ),
    evaluate: (subject) => {
      const spec = rootSpecOf(subject) ?? "";
      const where = commandLineAt(subject);
      if (isRootInImage(subject) === true) return pass(`${spec} is in the image`, where);
      return { level: "error", title: `No filesystem of the image is ${spec}`, where };
    },
  },
  {
    id: "boot.serial-console",
    title: "The kernel also speaks on the serial port",
    applies: (subject) => hasSystem(subject) && (subject.facts.boot?.kernelCommandLine ?? null) !== null,
    source: () => serialDocument,
    consequence: "When a machine does not come up there is no text to find out why.",
    fix: advice("Add `console=tty0 console=ttyS0,115200` to the kernel command line.", "serial-console"),
    evaluate: (subject) =>
      subject.facts.boot?.serialConsole === true
        ? pass("The kernel speaks on the serial port")
        : {
            level: "info",
            title: "The kernel does not speak on the serial port",
            where: commandLineAt(subject),
          },
  },
];
