import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { optionValue } from "./option-value.ts";
import { qemuArgs, type QemuRecipe } from "./qemu-args.ts";

const plain: QemuRecipe = {
  program: "qemu-system-x86_64",
  name: "web server",
  uuid: "11111111-2222-4333-8444-555555555555",
  macAddress: "52:54:00:12:34:56",
  hardware: { cores: 2, memoryBytes: 1024 ** 3, diskBus: "virtio-scsi" },
  uefi: null,
  diskPath: "/data/machines/m1/disk.qcow2",
  layers: [],
  direct: null,
  resumeAs: null,
  isoPath: null,
  accelerator: "tcg",
  sshPort: 40022,
  pidPath: "/data/machines/m1/qemu.pid",
  transcriptPath: "/data/machines/m1/transcript.log",
  sockets: {
    events: "/run/m1.evt",
    control: "/run/m1.qmp",
    serial: "/run/m1.tty",
    agent: "/run/m1.qga",
    display: "/run/m1.vnc",
  },
  sandbox: true,
};
const uefi = { codePath: "/usr/share/OVMF/OVMF_CODE_4M.fd", varsPath: "/data/machines/m1/efivars.fd" };
const onBlk = { ...plain.hardware, diskBus: "virtio-blk" } as const;

const recipes: Record<string, QemuRecipe> = {
  "bios-scsi-tcg": plain,
  "bios-scsi-tcg-iso": { ...plain, isoPath: "/isos/debian-12.iso" },
  "bios-blk-kvm-iso": { ...plain, hardware: onBlk, accelerator: "kvm", isoPath: "/isos/debian-12.iso" },
  "uefi-scsi-kvm": { ...plain, uefi, accelerator: "kvm" },
  "uefi-blk-tcg-iso": { ...plain, uefi, hardware: onBlk, isoPath: "/isos/debian-12.iso" },
  "bios-scsi-hvf": { ...plain, accelerator: "hvf", sandbox: false },
  "bios-scsi-whpx": { ...plain, accelerator: "whpx", sandbox: false },
  "bios-scsi-tcg-layers": {
    ...plain,
    layers: [
      { path: "/data/machines/m1/layer-b.qcow2", format: "qcow2" },
      { path: "/data/machines/m0/layer-a.qcow2", format: "qcow2" },
      { path: "/disks/imported, one.vhd", format: "vhd" },
    ],
  },
  "bios-scsi-tcg-resumed": { ...plain, resumeAs: "pc-q35-7.2" },
  "bios-scsi-tcg-direct": {
    ...plain,
    isoPath: "/isos/debian-12.iso",
    direct: {
      kernelPath: "/data/machines/m1/install/kernel",
      initrdPath: "/data/machines/m1/install/initrd",
      commandLine: "console=ttyS0 auto=true url=http://a,b --- quiet",
      seedIsoPath: "/data/machines/m1/install/seed.iso",
    },
  },
  "uefi-scsi-kvm-direct": {
    ...plain,
    uefi,
    accelerator: "kvm",
    isoPath: "/isos/alpine.iso",
    direct: { kernelPath: "/k", initrdPath: null, commandLine: "console=ttyS0", seedIsoPath: null },
  },
  "odd-names": {
    ...plain,
    name: `Köln, "test" c'd = 100%`,
    diskPath: `/data/a,b/it's "here"/disk.qcow2`,
    isoPath: "/isos/a,,b = c.iso",
    transcriptPath: "/data/a,b/transcript.log",
    pidPath: "/data/a,b/qemu.pid",
  },
};

/** One argument a line, the value of an option beside it: what one reads in a review. */
const asText = (argv: string[]): string =>
  `${argv
    .map((arg) => (arg.startsWith("-") ? `\n${arg}` : ` ${arg}`))
    .join("")
    .trim()}\n`;

/** GOLDEN=write makes them anew; look at the difference before it is committed. */
async function golden(name: string, text: string): Promise<string> {
  const file = new URL(`golden/${name}.txt`, import.meta.url);
  if (process.env["GOLDEN"] === "write") await writeFile(file, text);
  return await readFile(file, "utf8");
}

describe("qemuArgs", () => {
  it.each(Object.entries(recipes))("%s", async (name, recipe) => {
    const text = asText(qemuArgs(recipe));
    expect(text).toBe(await golden(name, text));
  });

  it("keeps every argument whole: no value is split or joined", () => {
    for (const recipe of Object.values(recipes)) {
      const argv = qemuArgs(recipe);
      expect(argv).toContain(`guest=${optionValue(recipe.name)}`);
      expect(argv.every((arg) => typeof arg === "string" && arg !== "")).toBe(true);
    }
  });

  it("counts memory in whole MiB", () => {
    const hardware = { ...plain.hardware, memoryBytes: 200 * 1024 * 1024 };
    expect(qemuArgs({ ...plain, hardware })).toContain("200M");
  });
});

describe("optionValue", () => {
  it("doubles commas and leaves everything else", () => {
    expect(optionValue(`a,b,,c "d" 'e' =f\\`)).toBe(`a,,b,,,,c "d" 'e' =f\\`);
  });
});
