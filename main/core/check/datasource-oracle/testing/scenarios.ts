import type { MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import { profiles } from "#providers/profiles.ts";
import type { PlatformShape } from "#providers/profile.ts";
import type { Scenario } from "./run-ds-identify.ts";

const bare = (name: string, dmi: PlatformShape["dmi"] = {}): PlatformShape => ({
  name,
  dmi,
  drives: [],
  services: [],
});

/** Every provider's machines, and some that are nobody's. */
export const platforms: readonly PlatformShape[] = [
  ...distinct(Object.values(profiles).flatMap((profile) => profile.platforms.value)),
  bare("plain QEMU", { sysVendor: "QEMU" }),
  bare("NoCloud by serial number", { productSerial: "ds=nocloud;s=http://10.0.2.2/" }),
  bare("OpenStack", { productName: "OpenStack Nova" }),
  bare("Hetzner", { sysVendor: "Hetzner" }),
  {
    ...bare("OpenStack with a drive", { productName: "OpenStack Nova" }),
    drives: [{ device: "/dev/vdb", type: "vfat", label: "CONFIG-2" }],
  },
  {
    ...bare("both drives"),
    drives: [
      { device: "/dev/sr0", type: "iso9660", label: "CIDATA" },
      { device: "/dev/sr1", type: "iso9660", label: "config-2" },
    ],
  },
];

/** Several providers show the same machine. */
function distinct(all: readonly PlatformShape[]): PlatformShape[] {
  return [...new Map(all.map((shape) => [JSON.stringify([shape.dmi, shape.drives]), shape])).values()];
}

const main = "/etc/cloud/cloud.cfg";
const below = (name: string): string => `/etc/cloud/cloud.cfg.d/${name}.cfg`;

/** Ways to set the list, named by what is special about them. */
export const lists: Readonly<Record<string, MemoryFiles>> = {
  none: { [main]: "users: [default]\n" },
  ubuntu: {
    [below("90_dpkg")]:
      "datasource_list: [ NoCloud, ConfigDrive, OpenNebula, DigitalOcean, Azure, AltCloud, OVF, MAAS, GCE, OpenStack, CloudSigma, SmartOS, Bigstep, Scaleway, AliYun, Ec2, CloudStack, Hetzner, IBMCloud, Oracle, Exoscale, RbxCloud, UpCloud, VMware, Vultr, LXD, NWCS, None ]\n",
  },
  digitalocean: {
    [below("99")]: "datasource_list: [ ConfigDrive, OpenNebula, DigitalOcean, Azure, None, NoCloud ]\n",
  },
  installer: { [main]: "datasource_list: [Ec2]\n", [below("99-installer")]: "datasource_list: [None]\n" },
  single: { [below("99")]: "datasource_list: ['ConfigDrive']\n" },
  withNone: { [below("99")]: 'datasource_list: [ "NoCloud", None ]\n' },
  noneFirst: { [below("99")]: "datasource_list: [ None, NoCloud ]\n" },
  block: {
    [below("90")]: "datasource_list: [ NoCloud, None ]\n",
    [below("99")]: "datasource_list:\n  - Oracle\n  - None\n",
  },
  comment: { [below("99")]: "datasource_list: [ Oracle, None ] # for OCI\n" },
  nested: { [below("99")]: "x:\n  datasource_list: [ Oracle, ConfigDrive, NoCloud ]\n" },
  order: {
    [below("10")]: "datasource_list: [ Oracle, None ]\n",
    [below("05")]: "datasource_list: [ Hetzner, NoCloud, ConfigDrive ]\n",
  },
  unknown: { [below("99")]: "datasource_list: [ Akamai, Hetzner, ConfigDrive, Nonsense ]\n" },
  unended: { [below("99")]: "datasource_list: [ Oracle, ConfigDrive ]" },
  openstack: { [below("99")]: "datasource_list: [ OpenStack, ConfigDrive, Ec2, None ]\n" },
};

const seed = "/var/lib/cloud/seed";
export const seeds: Readonly<Record<string, MemoryFiles>> = {
  none: {},
  nocloud: { [`${seed}/nocloud/meta-data`]: "", [`${seed}/nocloud/user-data`]: "" },
  half: { [`${seed}/nocloud-net/meta-data`]: "" },
  drive: { [`${seed}/config_drive/openstack/latest/meta_data.json`]: "{}" },
  configured: {
    [below("50")]:
      "datasource:\n  NoCloud:\n    user-data: |\n      #cloud-config\n    meta-data: {instance-id: x}\n",
  },
  seedfrom: { [below("50")]: "datasource:\n  NoCloud:\n    seedfrom: http://10.0.2.2/\n" },
  maas: { [below("50")]: "datasource:\n  MAAS:\n    metadata_url: http://10.0.2.2/\n" },
  ec2: {
    [below("50")]: "x: 1\n",
    "/etc/cloud/cloud.cfg.d/51-Ec2.cfg": "datasource:\n  Ec2:\n    strict_id: false\n",
  },
  opennebula: { [`${seed}/opennebula/meta-data`]: "" },
  kept: { "/var/lib/cloud/instance/manual-clean": "" },
};

const identify = "/etc/cloud/ds-identify.cfg";
const policies: Readonly<Record<string, MemoryFiles>> = {
  first: { [identify]: "policy: search,found=first\n" },
  maybe: { [identify]: 'policy: "search,maybe=all"\n' },
  stay: { [identify]: "# by hand\npolicy: notfound=enabled\n" },
  report: { [identify]: "policy: report\n" },
  enabled: { [identify]: "policy: enabled\n" },
  disabled: { [identify]: "policy: disabled\n" },
  wrong: { [identify]: "policy: search,found=some,notfound=enabled,notfound=perhaps\n" },
  forced: { [identify]: "datasource: Oracle\npolicy: search\n" },
  unended: { [identify]: "policy: disabled" },
};

const commandLines: readonly string[] = [
  "root=LABEL=x ro ci.ds=NoCloud",
  "ro ci.datasource=ConfigDrive ci.di.policy=report",
  "ro ci.ds=",
  "ro ds=nocloud;s=http://10.0.2.2/",
  "ro ci.di.policy=disabled",
  "ro ci.di.policy=search,notfound=enabled",
  "ro cc: {datasource_list: [Hetzner, ConfigDrive, NoCloud]} end_cc",
  "ro ci.datasource.ec2.strict_id=false ci.di.policy=maybe=all",
  "ro scaleway",
  "ro vultr quiet",
];

const scenario = (platform: PlatformShape, ...files: readonly MemoryFiles[]): Scenario => ({
  files: Object.assign({}, ...files),
  platform,
  commandLine: "root=LABEL=x ro quiet",
  architecture: "x86_64",
  ownLabels: ["root"],
});

/** Some hundred machines: each kind of setting on every platform, and some of them together. */
export function scenarios(): { name: string; scenario: Scenario }[] {
  const all: { name: string; scenario: Scenario }[] = [];
  const add = (name: string, made: Scenario): void => void all.push({ name, scenario: made });
  for (const [index, platform] of platforms.entries()) {
    for (const [list, files] of Object.entries(lists))
      add(`${platform.name}, list ${list}`, scenario(platform, files));
    for (const [at, [name, files]] of Object.entries(seeds).entries()) {
      if ((index + at) % 2 === 1 && index > 3) continue; // every seed meets half of the platforms
      const list = at % 2 === 0 ? "ubuntu" : "none";
      add(`${platform.name}, seed ${name}, list ${list}`, scenario(platform, lists[list] ?? {}, files));
    }
    for (const [at, [name, files]] of Object.entries(policies).entries()) {
      if ((index + at) % 2 === 1 && index > 3) continue;
      const list = at % 2 === 0 ? "openstack" : "ubuntu";
      const seeded = name === "maybe" ? (seeds["ec2"] ?? {}) : {};
      add(
        `${platform.name}, policy ${name}, list ${list}`,
        scenario(platform, lists[list] ?? {}, files, seeded),
      );
    }
    for (const commandLine of commandLines) {
      const made = scenario(platform, lists["ubuntu"] ?? {});
      add(`${platform.name}, ${commandLine}`, { ...made, commandLine });
    }
    const openstack = scenario(platform, lists["openstack"] ?? {}, policies["maybe"] ?? {});
    add(`${platform.name}, aarch64`, { ...openstack, architecture: "aarch64" });
    add(`${platform.name}, aarch64, oracle only`, {
      ...scenario(platform, lists["nested"] ?? {}),
      architecture: "aarch64",
    });
    add(`${platform.name}, own partition CIDATA`, {
      ...scenario(platform, lists["none"] ?? {}),
      ownLabels: ["root", "CIDATA"],
    });
  }
  return all;
}
