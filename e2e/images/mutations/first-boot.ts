import type { MutableDisk } from "#e2e/images/mutable-disk.ts";
import type { Expected, Mutation } from "./mutation.ts";

const cloudConfig = (name: string): string => `/etc/cloud/cloud.cfg.d/${name}`;
const grubMenu = "/boot/grub/grub.cfg";
const kernelArguments = (disk: MutableDisk, text: string): Promise<void> =>
  disk.edit(grubMenu, /console=ttyS0,115200/, `console=ttyS0,115200 ${text}`);

/** Nobody sets the machine up: no network, no host keys, no growing; the providers differ in what they ask for. */
const withoutCloudInit = (rule: "installed" | "enabled"): Expected => {
  const [must, should] = [`+ error cloud-init.${rule}`, `+ warning cloud-init.${rule}`];
  const [network, keys] = ["+ error network.setup", "+ warning sshd.host-keys-made"];
  return {
    all: ["+ warning disk.growth"],
    digitalocean: [must, network, "+ error sshd.host-keys-made"],
    contabo: [must, keys],
    fybe: [must, keys],
    oci: [must, network, keys],
    "hypervisor-io": [should, network, keys],
    kvm: [should, network, keys],
  };
};

/** What cloud-init will do, or not. */
export const firstBootMutations: readonly Mutation[] = [
  { name: "nothing changed", change: async () => {}, expected: {} },
  {
    name: "NoCloud first",
    change: (disk) =>
      disk.writeFile(cloudConfig("90_dpkg.cfg"), "datasource_list: [ NoCloud, ConfigDrive ]\n"),
    expected: {
      digitalocean: ["+ error cloud-init.datasource-order"],
      oci: ["+ error cloud-init.datasource-chosen"],
    },
  },
  {
    name: "only None, from an installer's file",
    change: async (disk) => {
      await disk.writeFile(
        cloudConfig("99-installer.cfg"),
        "datasource_list: [None]\ndatasource:\n  None:\n    userdata_raw: '#cloud-config'\n",
      );
    },
    expected: {
      all: ["+ info cloud-init.installer-files"],
      digitalocean: ["+ error cloud-init.datasource-chosen"],
      contabo: ["+ error cloud-init.datasource-chosen"],
      fybe: ["+ error cloud-init.datasource-chosen"],
      oci: ["+ error cloud-init.datasource-chosen"],
      "hypervisor-io": ["+ warning cloud-init.datasource-chosen"],
      kvm: ["+ warning cloud-init.datasource-chosen"],
    },
  },
  {
    name: "the datasource forced on the kernel command line",
    change: (disk) => kernelArguments(disk, "ds=nocloud"),
    expected: { oci: ["+ error cloud-init.datasource-chosen"] },
  },
  {
    name: "cloud-init 0.7.6",
    change: (disk) =>
      disk.edit("/var/lib/dpkg/status", /(Package: cloud-init\n(?:.+\n)*?Version: ).+/, "$10.7.6~bzr976-2"),
    expected: { digitalocean: ["+ error cloud-init.version"], oci: ["+ error cloud-init.version"] },
  },
  {
    name: "cloud-init disabled by its file",
    change: (disk) => disk.writeFile("/etc/cloud/cloud-init.disabled", ""),
    expected: withoutCloudInit("enabled"),
  },
  {
    name: "cloud-init disabled on the kernel command line",
    change: (disk) => kernelArguments(disk, "cloud-init=disabled"),
    expected: withoutCloudInit("enabled"),
  },
  {
    name: "cloud-init not installed",
    change: async (disk) => {
      await disk.edit(
        "/var/lib/dpkg/status",
        /(Package: cloud-init\nStatus: )install ok installed/,
        "$1deinstall ok config-files",
      );
      await disk.remove("/usr/bin/cloud-init");
    },
    expected: withoutCloudInit("installed"),
  },
  {
    name: "a seed inside the image",
    change: async (disk) => {
      await disk.writeFile("/var/lib/cloud/seed/nocloud/meta-data", "instance-id: baked\n");
      await disk.writeFile("/var/lib/cloud/seed/nocloud/user-data", "#cloud-config\n");
    },
    expected: { all: ["+ warning cloud-init.seed"], oci: ["+ error cloud-init.datasource-chosen"] },
  },
  {
    name: "cloud-init may not write the network",
    change: (disk) =>
      disk.writeFile(cloudConfig("99-disable-network-config.cfg"), "network: {config: disabled}\n"),
    expected: { all: ["+ error network.setup"] },
  },
  {
    name: "traces of an earlier first boot",
    change: async (disk) => {
      await disk.writeFile("/var/lib/cloud/instances/iid-1234/sem/config_ssh", "");
      await disk.link("/var/lib/cloud/instance", "/var/lib/cloud/instances/iid-1234");
    },
    expected: { all: ["+ warning identity.cloud-init-state"] },
  },
  {
    name: "the growing of the root switched off",
    change: (disk) => disk.edit("/etc/cloud/cloud.cfg", /^ - growpart\n - resizefs\n/m, ""),
    expected: { all: ["+ warning disk.growth"] },
  },
];
