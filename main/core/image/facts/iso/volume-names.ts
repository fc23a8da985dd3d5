/** How systems name the volumes of their ISOs. `version`: number of the group that holds it. */
interface VolumeName {
  readonly pattern: RegExp;
  readonly id: string;
  readonly name: string;
}

/** Group 1 is the version where there is one; `-`, `_` and ` ` in it stand for dots. As found on published media. */
const volumeNames: readonly VolumeName[] = [
  { pattern: /^Debian (\d[\d.]*)/, id: "debian", name: "Debian" },
  { pattern: /^d-live (\d[\d.]*)/, id: "debian", name: "Debian Live" },
  { pattern: /^(?:Ubuntu-Server|Ubuntu) (\d\d\.\d\d(?:\.\d)?)/, id: "ubuntu", name: "Ubuntu" },
  { pattern: /^(?:Kubuntu|Xubuntu|Lubuntu|Ubuntu-\w+) (\d\d\.\d\d(?:\.\d)?)/, id: "ubuntu", name: "Ubuntu" },
  { pattern: /^Linux Mint (\d[\d.]*)/, id: "linuxmint", name: "Linux Mint" },
  { pattern: /^Kali (?:Linux|Live) ?(\d{4}\.\d)?/i, id: "kali", name: "Kali Linux" },
  { pattern: /^fedora-coreos-(\d+)/i, id: "fedora", name: "Fedora CoreOS" },
  { pattern: /^Fedora-.*?-(\d\d)(?:-|$)/, id: "fedora", name: "Fedora" },
  { pattern: /^CentOS-Stream-(\d+)/, id: "centos", name: "CentOS Stream" },
  { pattern: /^CentOS[- _](\d+(?:[-.]\d+)*)/, id: "centos", name: "CentOS" },
  { pattern: /^RHEL-(\d+(?:[-.]\d+)*)/, id: "rhel", name: "Red Hat Enterprise Linux" },
  { pattern: /^rhcos-(\d+)/, id: "rhcos", name: "Red Hat CoreOS" },
  { pattern: /^AlmaLinux-(\d+(?:[-.]\d+)*)/, id: "almalinux", name: "AlmaLinux" },
  { pattern: /^Rocky-(\d+(?:[-.]\d+)*)/, id: "rocky", name: "Rocky Linux" },
  { pattern: /^OL-(\d+(?:[-.]\d+)*)/, id: "ol", name: "Oracle Linux" },
  { pattern: /^openSUSE-Leap-(\d+\.\d+)/, id: "opensuse-leap", name: "openSUSE Leap" },
  { pattern: /^openSUSE-Tumbleweed/, id: "opensuse-tumbleweed", name: "openSUSE Tumbleweed" },
  { pattern: /^SLE[-_](\d+(?:-SP\d+)?)/, id: "sles", name: "SUSE Linux Enterprise" },
  { pattern: /^alpine-\w+ (\d[\d.]*)/, id: "alpine", name: "Alpine Linux" },
  { pattern: /^ARCH_(\d{6})/, id: "arch", name: "Arch Linux" },
  { pattern: /^Gentoo \w+ (\d+)/i, id: "gentoo", name: "Gentoo" },
  { pattern: /^nixos-\w+-(\d\d\.\d\d)/i, id: "nixos", name: "NixOS" },
  { pattern: /^VOID_LIVE/, id: "void", name: "Void Linux" },
  { pattern: /^Slack(?:ware|DVD)/i, id: "slackware", name: "Slackware" },
  { pattern: /^(\d+_\d+)_(?:RELEASE|BETA\d|RC\d|STABLE)_/, id: "freebsd", name: "FreeBSD" },
  { pattern: /^OpenBSD\/\w+ +(\d\.\d)/, id: "openbsd", name: "OpenBSD" },
  { pattern: /^NETBSD_?(\d[\d_]*)?/i, id: "netbsd", name: "NetBSD" },
  { pattern: /^PVE$/, id: "proxmox", name: "Proxmox VE" },
  { pattern: /^pfSense/i, id: "pfsense", name: "pfSense" },
  { pattern: /^OPNSENSE/i, id: "opnsense", name: "OPNsense" },
  { pattern: /^VyOS/i, id: "vyos", name: "VyOS" },
  { pattern: /^ESXI-(\d[\w.]*)/, id: "esxi", name: "VMware ESXi" },
  { pattern: /^RESCUE(\d+)/, id: "systemrescue", name: "SystemRescue" },
];

export interface NamedSystem {
  readonly id: string;
  readonly name: string;
  readonly version: string | null;
}

/** null when no known system names its volumes so. */
export function systemOfVolume(volumeId: string): NamedSystem | null {
  for (const { pattern, id, name } of volumeNames) {
    const match = pattern.exec(volumeId);
    if (match === null) continue;
    const version = match[1]?.replace(/[-_ ](?=\d)/g, ".").replace(/\.$/, "") ?? null;
    return { id, name, version };
  }
  return null;
}
