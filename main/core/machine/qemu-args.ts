import type { AcceleratorName, Hardware } from "#contract/machine.ts";
import type { ChainFile } from "#core/layers/disk-chain.ts";
import { driverName } from "#core/layers/overlay.ts";
import { optionValue } from "./option-value.ts";

/** Sockets that one QEMU listens on. Each serves one client at a time; the next one waits. */
export interface MachineSockets {
  /** QMP, held by the one copy of the app that follows the events. */
  readonly events: string;
  /** QMP, connected for one command and let go, so that several processes can steer. */
  readonly control: string;
  readonly serial: string;
  /** Guest agent (virtio-serial port org.qemu.guest_agent.0). */
  readonly agent: string;
  /** VNC (RFB) of the display; serves several clients. */
  readonly display: string;
}

/** Kernel and initrd that QEMU itself starts, taken out of an installer's medium. */
export interface DirectBoot {
  readonly kernelPath: string;
  readonly initrdPath: string | null;
  readonly commandLine: string;
  /** A second CD with the answers to the installer's questions. */
  readonly seedIsoPath: string | null;
}

/** Everything that decides QEMU's command line; made of plain data so that the mapping can be tested whole. */
export interface QemuRecipe {
  readonly program: string;
  readonly name: string;
  readonly uuid: string;
  readonly macAddress: string;
  readonly hardware: Pick<Hardware, "cores" | "memoryBytes" | "diskBus">;
  readonly uefi: { readonly codePath: string; readonly varsPath: string } | null;
  readonly diskPath: string;
  /** Files that the disk builds on, the nearest first. */
  readonly layers: readonly ChainFile[];
  /** null: what is on disk or CD is booted. */
  readonly direct: DirectBoot | null;
  /** The board of a guest whose memory will be given to this QEMU; null: a fresh start. */
  readonly resumeAs: string | null;
  readonly isoPath: string | null;
  readonly accelerator: AcceleratorName;
  readonly sshPort: number;
  readonly pidPath: string;
  readonly transcriptPath: string;
  readonly sockets: MachineSockets;
  /** QEMU's system call filter exists on Linux only. */
  readonly sandbox: boolean;
}

/** One option with its value, or several that belong together. */
type Option = readonly string[];

/** Device ids that QMP commands name. */
export const diskDeviceId = "disk0";
/**
 * What the host cannot read or write, a full disk or a drive that was unplugged, stops the guest and is tried again when
 * it goes on. Told of the error instead (QEMU's default but for a full disk), a guest turns its filesystem read-only.
 */
const onDiskError = "werror=stop,rerror=stop";
export const cdDeviceId = "cd0";
export const serialChardevId = "serial0";
export const agentChardevId = "agent0";

/**
 * Recipe to argv. The disk is asked first and the CD second: a blank disk has no boot sector (BIOS) and no
 * loader (UEFI), so both firmwares go on to the installer, and once something is installed it starts by itself.
 */
export function qemuArgs(recipe: QemuRecipe): string[] {
  const { program, name, uuid, hardware, pidPath, sockets } = recipe;
  return [
    [program],
    ["-no-user-config", "-nodefaults"],
    ["-name", `guest=${optionValue(name)}`],
    ["-uuid", uuid],
    ...machine(recipe),
    ["-smp", String(hardware.cores)],
    ["-m", `${Math.round(hardware.memoryBytes / (1024 * 1024))}M`],
    ["-rtc", "base=utc"],
    ["-boot", "menu=off,strict=off"],
    // A desktop installer that dozes off would sleep for ever: nothing here could wake it.
    ["-global", "ICH9-LPC.disable_s3=1"],
    ["-vnc", `unix:${optionValue(recipe.sockets.display)}`],
    ["-device", "VGA"],
    // An absolute pointer: with a relative one the host's and the guest's drift apart over VNC.
    ["-device", "qemu-xhci,id=usb0"],
    ["-device", "usb-tablet,bus=usb0.0"],
    ...(recipe.sandbox ? [sandbox] : []),
    ["-pidfile", pidPath],
    ...monitor("events", sockets.events),
    ...monitor("control", sockets.control),
    ...serial(recipe),
    ["-device", "virtio-scsi-pci,id=scsi0"],
    ...disk(recipe),
    ...cdDrive(recipe),
    ...directBoot(recipe),
    ...network(recipe),
    ["-object", "rng-builtin,id=rng0"],
    ["-device", "virtio-rng-pci,rng=rng0"],
    ...agent(recipe),
    ...(recipe.resumeAs === null ? [] : [["-incoming", "defer"]]),
  ].flat();
}

/** QEMU reads what guests and media hold; it need not start programs or gain rights. */
const sandbox: Option = [
  "-sandbox",
  "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
];

function machine({ accelerator, uefi, resumeAs }: QemuRecipe): Option[] {
  const board = resumeAs ?? "q35";
  if (uefi === null) return [["-machine", board], acceleratorArgs[accelerator]];
  return [
    ["-machine", `${board},pflash0=uefi-code,pflash1=uefi-vars`],
    acceleratorArgs[accelerator],
    blockdev("raw", "uefi-code", uefi.codePath, ",read-only=on"),
    blockdev("raw", "uefi-vars", uefi.varsPath),
  ];
}

/**
 * TCG: one host thread per core; the cache of translated code is held at 256 MiB, for without a bound a small
 * guest grows QEMU past 1.5 GB. WHPX takes neither `host` nor `max` on all processors and needs the interrupt
 * controller in user space (it stops with "injection failed" otherwise).
 */
export const acceleratorArgs: Record<AcceleratorName, Option> = {
  tcg: ["-accel", "tcg,thread=multi,tb-size=256", "-cpu", "max"],
  kvm: ["-accel", "kvm", "-cpu", "host"],
  hvf: ["-accel", "hvf", "-cpu", "host"],
  whpx: ["-accel", "whpx,kernel-irqchip=off"],
};

const blockdev = (driver: string, node: string, path: string, options = ""): Option => [
  "-blockdev",
  `driver=${driver},node-name=${node}${options},file.driver=file,file.filename=${optionValue(path)}`,
];

const listening = (id: string, path: string): string =>
  `socket,id=${id},path=${optionValue(path)},server=on,wait=off`;

const monitor = (name: string, path: string): Option[] => [
  ["-chardev", listening(`qmp-${name}`, path)],
  ["-mon", `chardev=qmp-${name},mode=control`],
];

/** QEMU itself writes the transcript, so that it goes on while no app is there to listen. */
const serial = ({ sockets, transcriptPath }: QemuRecipe): Option[] => [
  [
    "-chardev",
    `${listening(serialChardevId, sockets.serial)},logfile=${optionValue(transcriptPath)},logappend=on`,
  ],
  ["-device", `isa-serial,chardev=${serialChardevId}`],
];

/**
 * What the guest discards or overwrites with zeroes is given back to the host. The layers are named one by one, so
 * that QEMU follows no header.
 */
const disk = ({ diskPath, layers, hardware }: QemuRecipe): Option[] => [
  ...layers
    .map(({ path, format }, index) =>
      blockdev(driverName(format), layerNode(index), path, `,read-only=on${backing(layers, index + 1)}`),
    )
    .toReversed(),
  blockdev(
    "qcow2",
    "disk",
    diskPath,
    `,discard=unmap,detect-zeroes=unmap,file.discard=unmap${backing(layers, 0)}`,
  ),
  [
    "-device",
    hardware.diskBus === "virtio-scsi"
      ? `scsi-hd,bus=scsi0.0,id=${diskDeviceId},drive=disk,bootindex=1,${onDiskError}`
      : `virtio-blk-pci,id=${diskDeviceId},drive=disk,bootindex=1,${onDiskError}`,
  ],
];

const layerNode = (index: number): string => `layer${index}`;
const backing = (layers: readonly ChainFile[], index: number): string =>
  index < layers.length ? `,backing=${layerNode(index)}` : "";

/**
 * The installer's kernel is started by QEMU until the guest restarts for the first time: QEMU then ends, and the next
 * start is from the disk. A restart inside this QEMU would begin the installation again.
 */
function directBoot({ direct }: QemuRecipe): Option[] {
  if (direct === null) return [];
  const { kernelPath, initrdPath, commandLine, seedIsoPath } = direct;
  return [
    ["-kernel", kernelPath],
    ...(initrdPath === null ? [] : [["-initrd", initrdPath]]),
    ["-append", commandLine],
    ["-no-reboot"],
    ...(seedIsoPath === null
      ? []
      : [
          blockdev("raw", "seed", seedIsoPath, ",read-only=on"),
          ["-device", "scsi-cd,bus=scsi0.0,id=seed0,drive=seed"],
        ]),
  ];
}

/** The drive is there without a medium too, so that one can be inserted later. Always raw: no probing. */
function cdDrive({ isoPath }: QemuRecipe): Option[] {
  const device = `scsi-cd,bus=scsi0.0,id=${cdDeviceId},bootindex=2`;
  if (isoPath === null) return [["-device", device]];
  return [blockdev("raw", "iso", isoPath, ",read-only=on"), ["-device", `${device},drive=iso`]];
}

/** No option ROM: nothing here answers PXE, and looking for it delays the boot. */
const network = ({ sshPort, macAddress }: QemuRecipe): Option[] => [
  ["-netdev", `user,id=net0,hostfwd=tcp:127.0.0.1:${sshPort}-:22`],
  ["-device", `virtio-net-pci,netdev=net0,mac=${macAddress},romfile=`],
];

const agent = ({ sockets }: QemuRecipe): Option[] => [
  ["-device", "virtio-serial-pci"],
  ["-chardev", listening(agentChardevId, sockets.agent)],
  ["-device", `virtserialport,chardev=${agentChardevId},name=org.qemu.guest_agent.0`],
];
