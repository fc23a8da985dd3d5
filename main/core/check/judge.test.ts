import { describe, expect, it } from "vitest";
import type { ImageFacts } from "#contract/facts.ts";
import { VerdictSchema, type ProviderId } from "#contract/finding.ts";
import { profiles } from "#providers/profiles.ts";
import { judge, rules } from "./judge.ts";
import { exampleFacts } from "./testing/example-facts.ts";
import { isOlder } from "./version-order.ts";

type Change = (facts: ImageFacts) => void;
const all = Object.keys(profiles) as ProviderId[];

/** `level rule-id` of everything that did not pass. */
function findings(change: Change, provider: ProviderId): string[] {
  const facts = exampleFacts();
  change(facts);
  const verdict = judge(facts, profiles[provider]);
  return verdict.findings
    .filter((finding) => finding.level !== "pass")
    .map(({ level, id }) => `${level} ${id}`);
}

const GB = 1_000_000_000;
const GiB = 1024 ** 3;
const driver = { builtIn: false, module: true, inInitramfs: true };
const kernel = (facts: ImageFacts): ImageFacts["kernels"][number] => {
  const first = facts.kernels[0];
  if (first === undefined) throw new Error("no kernel");
  return first;
};
const cloudInit =
  (change: Partial<NonNullable<ImageFacts["cloudInit"]>>): Change =>
  (facts) => {
    if (facts.cloudInit !== null) facts.cloudInit = { ...facts.cloudInit, ...change };
  };
const sshd =
  (change: Partial<NonNullable<ImageFacts["sshd"]>>): Change =>
  (facts) => {
    if (facts.sshd !== null) facts.sshd = { ...facts.sshd, ...change };
  };
const identity =
  (change: Partial<NonNullable<ImageFacts["identity"]>>): Change =>
  (facts) => {
    if (facts.identity !== null) facts.identity = { ...facts.identity, ...change };
  };
const boot =
  (change: Partial<NonNullable<ImageFacts["boot"]>>): Change =>
  (facts) => {
    if (facts.boot !== null) facts.boot = { ...facts.boot, ...change };
  };
const inOtherFiles = (list: string[]): Change =>
  cloudInit({ datasourceList: list, decidedBy: { path: "/etc/cloud/cloud.cfg.d/90_dpkg.cfg", line: 3 } });
const filesystem =
  (type: string, unreadable: string | null): Change =>
  (facts) => {
    for (const partition of facts.partitions)
      partition.filesystem = { type, label: null, uuid: null, unreadable };
    if (unreadable !== null)
      Object.assign(facts, {
        rootPartition: null,
        os: null,
        kernels: [],
        boot: null,
        cloudInit: null,
        sshd: null,
        identity: null,
      });
  };

const forAll = (...ids: string[]) =>
  Object.fromEntries(all.map((provider) => [provider, ids])) as Record<ProviderId, string[]>;
const none = forAll();

/** One defect a row, and exactly what every provider's verdict says of it. */
const table: [string, Change, Record<ProviderId, string[]>][] = [
  ["a sound image", () => {}, none],
  [
    "raw",
    (f) => (f.format = "raw"),
    {
      ...none,
      contabo: ["error format.accepted"],
      fybe: ["error format.accepted"],
      oci: ["error format.accepted"],
    },
  ],
  [
    "VMDK",
    (f) => (f.format = "vmdk"),
    {
      ...none,
      contabo: ["error format.accepted"],
      fybe: ["error format.accepted"],
      "hypervisor-io": ["error format.accepted"],
    },
  ],
  ["VHD", (f) => (f.format = "vhd"), { ...forAll("error format.accepted"), kvm: [] }],
  ["zstd clusters", (f) => (f.compressedClusters = "zstd"), forAll("warning format.compression")],
  [
    "a disk of 101 GB",
    (f) => (f.virtualBytes = 101 * GB),
    { ...none, digitalocean: ["warning size.limit"], contabo: ["warning size.limit"] },
  ],
  [
    "a disk of 101 GiB",
    (f) => (f.virtualBytes = 101 * GiB),
    { ...none, digitalocean: ["error size.limit"], contabo: ["error size.limit"] },
  ],
  [
    "a file of 30 GB",
    (f) => (f.fileBytes = 30 * GB),
    { ...none, contabo: ["warning size.limit"], fybe: ["error size.limit"] },
  ],
  [
    "a disk of 500 GB",
    (f) => (f.virtualBytes = 500 * GB),
    { ...none, digitalocean: ["error size.limit"], contabo: ["error size.limit"], oci: ["error size.limit"] },
  ],
  [
    "arm64",
    (f) => f.os !== null && (f.os.architecture = "aarch64"),
    { ...forAll("error os.architecture"), oci: [], kvm: [] },
  ],
  [
    "unknown architecture",
    (f) => f.os !== null && (f.os.architecture = null),
    forAll("unknown os.architecture"),
  ],
  ["FreeBSD", (f) => f.os !== null && (f.os.family = "bsd"), { ...none, oci: ["error os.family"] }],
  [
    "an XFS root that can be read",
    filesystem("xfs", null),
    { ...none, digitalocean: ["error filesystem.root"] },
  ],
  ["an ext3 root", filesystem("ext3", null), none],
  [
    "an XFS root that cannot be read",
    filesystem("xfs", "not yet"),
    {
      ...forAll("unknown os.found", "unknown os.family"),
      digitalocean: ["error filesystem.root", "unknown os.found", "unknown os.family"],
    },
  ],
  [
    "NTFS",
    filesystem("ntfs", "never"),
    {
      digitalocean: ["error os.family", "error filesystem.root", "unknown os.found"],
      contabo: ["error os.family", "unknown os.found"],
      fybe: ["error os.family", "unknown os.found"],
      oci: ["unknown os.found"],
      "hypervisor-io": ["unknown os.found"],
      kvm: ["unknown os.found"],
    },
  ],
  [
    "an empty disk",
    (f) =>
      Object.assign(f, {
        partitions: [],
        rootPartition: null,
        os: null,
        kernels: [],
        boot: null,
        cloudInit: null,
        sshd: null,
        identity: null,
      }),
    forAll("error os.found"),
  ],
  [
    "UEFI only",
    boot({ biosBootCode: false, grubCore: false }),
    {
      digitalocean: ["error boot.firmware"],
      contabo: ["error boot.firmware"],
      fybe: ["error boot.firmware"],
      oci: ["info boot.firmware"],
      "hypervisor-io": ["info boot.firmware"],
      kvm: ["info boot.firmware"],
    },
  ],
  ["BIOS only", boot({ efiRemovablePath: null }), none],
  [
    "no boot loader",
    boot({ biosBootCode: false, grubCore: false, efiRemovablePath: null }),
    forAll("error boot.firmware"),
  ],
  ["boot code that is not GRUB's", boot({ grubCore: false }), forAll("info boot.firmware")],
  ["root by device", boot({ rootSpec: "/dev/sda1" }), { ...none, oci: ["error boot.root-by"] }],
  ["no serial console", boot({ serialConsole: false }), forAll("info boot.serial-console")],
  [
    "virtio_scsi missing from the initramfs",
    (f) => (kernel(f).drivers["virtio_scsi"] = { ...driver, inInitramfs: false }),
    { ...none, contabo: ["error drivers.disk"], fybe: ["error drivers.disk"] },
  ],
  [
    "no virtio disk in the initramfs",
    (f) => {
      for (const name of ["virtio_scsi", "virtio_blk"])
        kernel(f).drivers[name] = { ...driver, inInitramfs: false };
    },
    forAll("error drivers.disk"),
  ],
  [
    "an initramfs that cannot be read",
    (f) => {
      for (const name of ["virtio_scsi", "virtio_blk", "virtio_pci"])
        kernel(f).drivers[name] = { ...driver, inInitramfs: null };
    },
    forAll("unknown drivers.disk"),
  ],
  [
    "all drivers built in, no initramfs",
    (f) => {
      kernel(f).initramfsPath = null;
      for (const name of Object.keys(kernel(f).drivers))
        kernel(f).drivers[name] = { builtIn: true, module: false, inInitramfs: null };
    },
    none,
  ],
  [
    "modules but no initramfs",
    (f) => {
      kernel(f).initramfsPath = null;
      for (const name of Object.keys(kernel(f).drivers))
        kernel(f).drivers[name] = { builtIn: false, module: true, inInitramfs: null };
    },
    forAll("error drivers.disk"),
  ],
  [
    "virtio_net missing",
    (f) => (kernel(f).drivers["virtio_net"] = { builtIn: false, module: false, inInitramfs: false }),
    forAll("error drivers.network"),
  ],
  ["no kernel", (f) => (f.kernels = []), forAll("unknown drivers.disk", "unknown drivers.network")],
  [
    "no cloud-init",
    (f) => (f.cloudInit = null),
    {
      ...forAll("error cloud-init.installed"),
      "hypervisor-io": ["warning cloud-init.installed"],
      kvm: ["warning cloud-init.installed"],
    },
  ],
  [
    "cloud-init 0.7.6",
    cloudInit({ version: "0.7.6~bzr976-2" }),
    { ...none, digitalocean: ["error cloud-init.version"], oci: ["error cloud-init.version"] },
  ],
  ["cloud-init 0.7.9", cloudInit({ version: "0.7.9-153" }), { ...none, oci: ["error cloud-init.version"] }],
  [
    "cloud-init disabled",
    cloudInit({ enabledAtBoot: false, disabledBy: { path: "/etc/cloud/cloud-init.disabled", line: null } }),
    {
      ...forAll("error cloud-init.enabled"),
      "hypervisor-io": ["warning cloud-init.enabled"],
      kvm: ["warning cloud-init.enabled"],
    },
  ],
  [
    "NoCloud before ConfigDrive",
    inOtherFiles(["NoCloud", "ConfigDrive", "Oracle"]),
    { ...none, digitalocean: ["error cloud-init.datasource-order"] },
  ],
  ["ConfigDrive before NoCloud", inOtherFiles(["ConfigDrive", "NoCloud", "Oracle", "None"]), none],
  ["[ None ] of an installer", inOtherFiles(["None"]), forAll("error cloud-init.datasource-list")],
  [
    "NoCloud only",
    inOtherFiles(["NoCloud", "None"]),
    {
      ...none,
      digitalocean: ["error cloud-init.datasource-list"],
      oci: ["error cloud-init.datasource-list"],
    },
  ],
  [
    "ConfigDrive only",
    inOtherFiles(["ConfigDrive"]),
    { ...forAll("error cloud-init.datasource-list"), digitalocean: [], kvm: [] },
  ],
  [
    "sshd missing",
    sshd({ binaryPath: null, enabledAtBoot: false, enabledBy: null, hostKeysRegeneratedBy: null }),
    { ...forAll("warning sshd.installed"), digitalocean: ["error sshd.installed"] },
  ],
  [
    "sshd masked",
    sshd({
      enabledAtBoot: false,
      enabledBy: null,
      maskedBy: { path: "/etc/systemd/system/ssh.service", line: null },
    }),
    { ...forAll("warning sshd.enabled"), digitalocean: ["error sshd.enabled"] },
  ],
  [
    "no host keys and nobody makes them",
    sshd({ hostKeysRegeneratedBy: null }),
    { ...forAll("warning sshd.host-keys-made"), digitalocean: ["error sshd.host-keys-made"] },
  ],
  [
    "host keys left, cloud-init replaces them",
    sshd({ hostKeys: ["/etc/ssh/ssh_host_rsa_key"] }),
    forAll("info identity.host-keys"),
  ],
  [
    "host keys left",
    sshd({ hostKeys: ["/etc/ssh/ssh_host_rsa_key"], hostKeysRegeneratedBy: null }),
    forAll("warning identity.host-keys"),
  ],
  ["machine-id baked", identity({ machineId: "set" }), forAll("warning identity.machine-id")],
  ["machine-id absent", identity({ machineId: "absent" }), forAll("info identity.machine-id")],
  [
    "authorized_keys left",
    identity({ authorizedKeys: ["/root/.ssh/authorized_keys"] }),
    forAll("warning identity.authorized-keys"),
  ],
  [
    "cloud-init state left",
    cloudInit({ leftoverInstances: ["i-1"] }),
    forAll("warning identity.cloud-init-state"),
  ],
];

describe("judge", () => {
  it.each(table)("%s", (_name, change, expected) => {
    const actual = Object.fromEntries(all.map((provider) => [provider, findings(change, provider)]));
    expect(actual).toEqual(expected);
  });

  const iso =
    (change: Partial<NonNullable<ImageFacts["iso"]>> = {}): Change =>
    (facts) => {
      Object.assign(facts, {
        format: "iso9660",
        partitionTable: null,
        partitions: [],
        rootPartition: null,
        os: null,
        kernels: [],
        boot: null,
        cloudInit: null,
        sshd: null,
        identity: null,
      });
      facts.iso = {
        volumeId: "X",
        bootBios: true,
        bootUefi: true,
        hybrid: true,
        architecture: "x86_64",
        osGuess: null,
        ...change,
      };
    };
  it("judges an ISO as an installer, where installers are taken", () => {
    expect(findings(iso(), "contabo")).toEqual([]);
    expect(findings(iso(), "digitalocean")).toEqual(["error format.accepted"]);
    expect(findings(iso({ bootBios: false, bootUefi: false }), "fybe")).toEqual(["error iso.bootable"]);
    expect(findings(iso({ bootBios: false }), "contabo")).toEqual(["error iso.bootable"]);
    expect(findings(iso({ architecture: "aarch64" }), "contabo")).toEqual(["error iso.architecture"]);
  });

  it("is as bad as its worst finding, and lists that first", () => {
    const facts = exampleFacts();
    expect(judge(facts, profiles.digitalocean).level).toBe("pass");
    facts.identity = { machineId: "set", hostname: null, authorizedKeys: [] };
    expect(judge(facts, profiles.digitalocean).level).toBe("warning");
    if (facts.os !== null) facts.os.architecture = "aarch64";
    const verdict = judge(facts, profiles.digitalocean);
    expect(verdict.level).toBe("error");
    expect(verdict.findings.slice(0, 2).map((finding) => finding.level)).toEqual(["error", "warning"]);
  });

  it("gives file and line, the source and a fix with every finding that hurts", () => {
    const facts = exampleFacts();
    inOtherFiles(["NoCloud", "ConfigDrive"])(facts);
    const finding = judge(facts, profiles.digitalocean).findings[0];
    expect(finding).toMatchObject({
      id: "cloud-init.datasource-order",
      title: "NoCloud stands before ConfigDrive in [ NoCloud, ConfigDrive ]",
      where: "/etc/cloud/cloud.cfg.d/90_dpkg.cfg:3",
      source: { document: "Custom Images Features, DigitalOcean documentation" },
      fix: { text: expect.stringContaining("[ ConfigDrive, NoCloud, None ]") },
    });
  });

  it("fits the contract, says a consequence for all that did not pass, and changes nothing", () => {
    for (const [, change] of table) {
      const facts = exampleFacts();
      change(facts);
      const before = JSON.stringify(facts);
      for (const profile of Object.values(profiles)) {
        const verdict = VerdictSchema.parse(judge(facts, profile));
        for (const finding of verdict.findings) {
          expect(finding.source.document, finding.id).not.toBe("");
          if (finding.level !== "pass") expect(finding.consequence, finding.id).not.toBe("");
        }
      }
      expect(JSON.stringify(facts)).toBe(before);
    }
  });

  it("has rules with ids of their own", () => {
    expect(new Set(rules.map((rule) => rule.id)).size).toBe(rules.length);
  });
});

describe("isOlder", () => {
  it("compares number by number", () => {
    expect(isOlder("0.7.6~bzr976-2", "0.7.7")).toBe(true);
    expect(isOlder("0.7.9", "0.7.7")).toBe(false);
    expect(isOlder("0.7.10", "0.7.7")).toBe(false);
    expect(isOlder("1:20.1", "20.3")).toBe(true);
    expect(isOlder("24.1-0ubuntu0~22.04.1", "24.1")).toBe(false);
  });
});
