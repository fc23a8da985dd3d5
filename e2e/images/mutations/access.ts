import type { Mutation } from "./mutation.ts";
import { privateKey } from "./private-key.ts";

const wants = "/etc/systemd/system/multi-user.target.wants";

/** Who can reach the machine: sshd, its keys, the network. */
export const accessMutations: readonly Mutation[] = [
  {
    name: "sshd masked",
    change: (disk) => disk.link("/etc/systemd/system/ssh.service", "/dev/null"),
    expected: {
      digitalocean: ["+ error sshd.enabled"],
      contabo: ["+ warning sshd.enabled"],
      fybe: ["+ warning sshd.enabled"],
      oci: ["+ warning sshd.enabled"],
      "hypervisor-io": ["+ warning sshd.enabled"],
      kvm: ["+ warning sshd.enabled"],
    },
  },
  {
    name: "sshd missing",
    change: (disk) => disk.remove("/usr/sbin/sshd", "/usr/lib/systemd/system/ssh.service"),
    expected: {
      digitalocean: ["+ error sshd.installed"],
      contabo: ["+ warning sshd.installed"],
      fybe: ["+ warning sshd.installed"],
      oci: ["+ warning sshd.installed"],
      "hypervisor-io": ["+ warning sshd.installed"],
      kvm: ["+ warning sshd.installed"],
    },
  },
  {
    name: "sshd not enabled",
    change: async (disk) => {
      await disk.remove(`${wants}/ssh.service`, "/etc/systemd/system/sshd.service");
    },
    expected: {
      digitalocean: ["+ error sshd.enabled"],
      contabo: ["+ warning sshd.enabled"],
      fybe: ["+ warning sshd.enabled"],
      oci: ["+ warning sshd.enabled"],
      "hypervisor-io": ["+ warning sshd.enabled"],
      kvm: ["+ warning sshd.enabled"],
    },
  },
  {
    name: "root may not log in over ssh",
    change: (disk) =>
      disk.writeFile("/etc/ssh/sshd_config.d/10-hard.conf", "PermitRootLogin no\nPubkeyAuthentication no\n"),
    expected: {
      digitalocean: ["+ error sshd.public-keys"],
      contabo: ["+ warning sshd.public-keys"],
      fybe: ["+ warning sshd.public-keys"],
      oci: ["+ warning sshd.public-keys"],
      "hypervisor-io": ["+ warning sshd.public-keys"],
      kvm: ["+ warning sshd.public-keys"],
    },
  },
  {
    name: "host keys removed and nobody makes new ones",
    change: (disk) => disk.edit("/etc/cloud/cloud.cfg", /^ - ssh\n/m, ""),
    expected: {
      all: ["+ warning cloud-init.modules"],
      digitalocean: ["+ error sshd.host-keys-made"],
      contabo: ["+ warning sshd.host-keys-made"],
      fybe: ["+ warning sshd.host-keys-made"],
      oci: ["+ warning sshd.host-keys-made"],
      "hypervisor-io": ["+ warning sshd.host-keys-made"],
      kvm: ["+ warning sshd.host-keys-made"],
    },
  },
  {
    name: "host keys baked in",
    change: (disk) => disk.writeFile("/etc/ssh/ssh_host_ed25519_key", privateKey()),
    expected: { all: ["+ info identity.host-keys"] },
  },
  {
    name: "a MAC address pinned in netplan",
    change: (disk) =>
      disk.writeFile(
        "/etc/netplan/50-cloud-init.yaml",
        "network:\n  version: 2\n  ethernets:\n    eth0:\n      match: {macaddress: '52:54:00:12:34:56'}\n      set-name: eth0\n      dhcp4: true\n",
      ),
    expected: { all: ["+ warning network.mac-pinned"] },
  },
  {
    name: "a static address in netplan",
    change: (disk) =>
      disk.writeFile(
        "/etc/netplan/01-static.yaml",
        "network:\n  version: 2\n  ethernets:\n    ens3:\n      addresses: [192.0.2.10/24]\n      routes: [{to: default, via: 192.0.2.1}]\n",
      ),
    expected: {
      digitalocean: ["+ error network.static"],
      contabo: ["+ error network.static"],
      fybe: ["+ error network.static"],
      oci: ["+ error network.static"],
      "hypervisor-io": ["+ warning network.static"],
      kvm: ["+ warning network.static"],
    },
  },
  {
    name: "a network name tied to a MAC by udev",
    change: (disk) =>
      disk.writeFile(
        "/etc/udev/rules.d/70-persistent-net.rules",
        'SUBSYSTEM=="net", ACTION=="add", ATTR{address}=="52:54:00:12:34:56", NAME="eth0"\n',
      ),
    expected: { all: ["+ warning identity.udev-net-rules"] },
  },
];
