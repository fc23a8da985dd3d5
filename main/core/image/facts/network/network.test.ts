import { describe, expect, it } from "vitest";
import { readInitSystem } from "#core/image/facts/init-system.ts";
import { createMemoryTree, type MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import { readNetwork } from "./network.ts";

const system = "/etc/systemd/system";
const predictable: MemoryFiles = { "/usr/lib/udev/rules.d/80-net-setup-link.rules": "x" };
const systemd: MemoryFiles = { "/usr/lib/systemd/systemd": "ELF", "/etc/machine-id": "", ...predictable };

async function read(files: MemoryFiles, commandLine = "") {
  const tree = createMemoryTree(files);
  return readNetwork(tree, await readInitSystem(tree, commandLine), commandLine);
}
const wanted = (unit: string): MemoryFiles => ({
  [`/usr/lib/systemd/system/${unit}`]: "[Unit]\n",
  [`${system}/multi-user.target.wants/${unit}`]: { link: `/usr/lib/systemd/system/${unit}` },
});

describe("netplan", () => {
  const netplan: MemoryFiles = { ...systemd, "/usr/sbin/netplan": "", ...wanted("systemd-networkd.service") };

  it("Ubuntu: merges files by name, tells a MAC pin, a name and a pattern apart", async () => {
    const facts = await read({
      ...netplan,
      "/etc/netplan/50-cloud-init.yaml":
        "network:\n  version: 2\n  ethernets:\n    eth0:\n      dhcp4: true\n      match:\n        macaddress: 52:54:00:AB:cd:ef\n      set-name: eth0\n",
      "/etc/netplan/90-more.yaml":
        "network:\n  ethernets:\n    any:\n      match: {name: en*}\n      dhcp4: yes\n    ens3:\n      addresses: [192.0.2.5/24, {192.0.2.6/24: {label: x}}]\n    eth0: {addresses: [10.0.0.1/8]}\n",
      "/usr/lib/netplan/90-more.yaml": "network: {ethernets: {hidden: {dhcp4: true}}}\n",
      "/etc/netplan/95-broken.yaml": "network: [",
    });
    const first = "/etc/netplan/50-cloud-init.yaml";
    const more = "/etc/netplan/90-more.yaml";
    expect(facts).toEqual({
      enabledTools: ["netplan", "networkd"],
      classicNames: false,
      interfaces: [
        {
          tool: "netplan",
          where: { path: more, line: 3 },
          name: "en*",
          pinnedTo: null,
          mac: null,
          method: "dhcp",
          addresses: [],
        },
        {
          tool: "netplan",
          where: { path: more, line: 6 },
          name: "ens3",
          pinnedTo: "name",
          mac: null,
          method: "static",
          addresses: ["192.0.2.5/24", "192.0.2.6/24"],
        },
        {
          tool: "netplan",
          where: { path: more, line: 8 },
          name: "eth0",
          pinnedTo: "mac",
          mac: "52:54:00:ab:cd:ef",
          method: "mixed",
          addresses: ["10.0.0.1/8"],
        },
      ],
    });
    expect(first).toContain("cloud-init");
  });

  it("counts a network in cloud-init's own files, of both versions", async () => {
    const facts = await read({
      ...netplan,
      "/etc/cloud/cloud.cfg.d/90-installer-network.cfg":
        "network:\n  version: 2\n  ethernets:\n    enp0s3:\n      dhcp4: true\n",
      "/etc/cloud/cloud.cfg.d/91.cfg":
        "network:\n  version: 1\n  config:\n    - type: physical\n      name: eth1\n      mac_address: '52:54:00:00:00:01'\n      subnets:\n        - {type: static, address: 192.0.2.9/24}\n",
    });
    expect(facts.interfaces).toMatchObject([
      {
        name: "enp0s3",
        pinnedTo: "name",
        method: "dhcp",
        where: { path: "/etc/cloud/cloud.cfg.d/90-installer-network.cfg", line: 4 },
      },
      {
        name: "eth1",
        pinnedTo: "mac",
        method: "static",
        where: { path: "/etc/cloud/cloud.cfg.d/91.cfg", line: 5 },
      },
    ]);
  });
});

describe("ifupdown", () => {
  it("Debian: follows sources, tells what is started", async () => {
    const facts = await read({
      ...systemd,
      ...wanted("networking.service"),
      "/etc/network/interfaces":
        "source /etc/network/interfaces.d/*\n\nauto lo\niface lo inet loopback\n\nallow-hotplug ens3\niface ens3 inet dhcp\niface ens3 inet6 auto\n\niface ens9 inet dhcp\n",
      "/etc/network/interfaces.d/more":
        "auto ens4\niface ens4 inet static\n  address 192.0.2.7/24\n  hwaddress ether 52:54:00:00:00:09\nauto /en*=nic\niface nic inet dhcp\n",
      "/etc/network/interfaces.d/.hidden": "auto x\niface x inet dhcp\n",
    });
    const more = "/etc/network/interfaces.d/more";
    expect(facts.enabledTools).toEqual(["ifupdown"]);
    expect(facts.interfaces).toEqual([
      {
        tool: "ifupdown",
        where: { path: more, line: 2 },
        name: "ens4",
        pinnedTo: "mac",
        mac: "52:54:00:00:00:09",
        method: "static",
        addresses: ["192.0.2.7/24"],
      },
      {
        tool: "ifupdown",
        where: { path: more, line: 6 },
        name: "nic",
        pinnedTo: null,
        mac: null,
        method: "dhcp",
        addresses: [],
      },
      {
        tool: "ifupdown",
        where: { path: "/etc/network/interfaces", line: 7 },
        name: "ens3",
        pinnedTo: "name",
        mac: null,
        method: "dhcp",
        addresses: [],
      },
      {
        tool: "ifupdown",
        where: { path: "/etc/network/interfaces", line: 10 },
        name: "ens9",
        pinnedTo: "name",
        mac: null,
        method: "disabled",
        addresses: [],
      },
    ]);
  });

  it("Alpine: eth0 is no pin, the kernel's names stay", async () => {
    const facts = await read({
      "/sbin/openrc": "",
      "/etc/runlevels/boot/networking": { link: "/etc/init.d/networking" },
      "/etc/network/interfaces": "auto lo\niface lo inet loopback\nauto eth0\niface eth0 inet dhcp\n",
    });
    expect(facts).toMatchObject({
      enabledTools: ["ifupdown"],
      classicNames: true,
      interfaces: [{ name: "eth0", pinnedTo: null, method: "dhcp" }],
    });
  });

  it("survives files that include each other", async () => {
    const facts = await read({
      ...systemd,
      "/etc/network/interfaces": "source interfaces\nsource interfaces\nauto a\niface a inet dhcp\n",
    });
    expect(facts.interfaces).toHaveLength(1);
  });
});

describe("NetworkManager, networkd and ifcfg", () => {
  it("RHEL 9: keyfiles and ifcfg files", async () => {
    const keyfiles = "/etc/NetworkManager/system-connections";
    const scripts = "/etc/sysconfig/network-scripts";
    const facts = await read({
      ...systemd,
      ...wanted("NetworkManager.service"),
      [`${keyfiles}/enp1s0.nmconnection`]:
        "[connection]\nid=enp1s0\ntype=ethernet\ninterface-name=enp1s0\n\n[ipv4]\nmethod=auto\n",
      [`${keyfiles}/pinned.nmconnection`]:
        "[connection]\nid=Wired 1\ntype=802-3-ethernet\n[802-3-ethernet]\nmac-address=52:54:00:00:00:02\n[ipv4]\nmethod=manual\naddress1=192.0.2.8/24,192.0.2.1\n",
      [`${keyfiles}/any.nmconnection`]: "[connection]\nid=any\ntype=ethernet\n[ipv4]\nmethod=auto\n",
      [`${keyfiles}/radio.nmconnection`]: "[connection]\nid=r\ntype=wifi\n",
      [`${scripts}/ifcfg-eth0`]:
        'DEVICE=eth0\nBOOTPROTO=none\nONBOOT=yes\nIPADDR=192.0.2.9\nPREFIX="24"\nHWADDR=52:54:00:00:00:03\n',
      [`${scripts}/ifcfg-eth1`]: "NAME=eth1\nBOOTPROTO=dhcp\nONBOOT=no\n",
      [`${scripts}/ifcfg-eth0.bak`]: "DEVICE=eth0\n",
      [`${scripts}/ifcfg-lo`]: "DEVICE=lo\n",
    });
    expect(facts.enabledTools).toEqual(["network-manager", "ifcfg"]);
    expect(facts.interfaces).toEqual([
      {
        tool: "network-manager",
        where: { path: `${keyfiles}/any.nmconnection`, line: 2 },
        name: "any",
        pinnedTo: null,
        mac: null,
        method: "dhcp",
        addresses: [],
      },
      {
        tool: "network-manager",
        where: { path: `${keyfiles}/enp1s0.nmconnection`, line: 2 },
        name: "enp1s0",
        pinnedTo: "name",
        mac: null,
        method: "dhcp",
        addresses: [],
      },
      {
        tool: "network-manager",
        where: { path: `${keyfiles}/pinned.nmconnection`, line: 2 },
        name: "Wired 1",
        pinnedTo: "mac",
        mac: "52:54:00:00:00:02",
        method: "static",
        addresses: ["192.0.2.8/24"],
      },
      {
        tool: "ifcfg",
        where: { path: `${scripts}/ifcfg-eth0`, line: 1 },
        name: "eth0",
        pinnedTo: "mac",
        mac: "52:54:00:00:00:03",
        method: "static",
        addresses: ["192.0.2.9/24"],
      },
      {
        tool: "ifcfg",
        where: { path: `${scripts}/ifcfg-eth1`, line: 1 },
        name: "eth1",
        pinnedTo: null,
        mac: null,
        method: "disabled",
        addresses: [],
      },
    ]);
  });

  it("Arch: networkd, without systemd's own files", async () => {
    const facts = await read({
      ...systemd,
      ...wanted("systemd-networkd.service"),
      "/etc/systemd/network/20-wired.network":
        "[Match]\nName=en* eth*\n\n[Network]\nDHCP=yes\nLinkLocalAddressing=ipv6\n",
      "/etc/systemd/network/30-static.network":
        "[Match]\nPermanentMACAddress=52-54-00-00-00-04\n[Network]\nAddress=192.0.2.3/24\n[Address]\nAddress=2001:db8::3/64\n",
      "/usr/lib/systemd/network/80-container-host0.network":
        "[Match]\nVirtualization=container\nName=host0\n[Network]\nDHCP=yes\n",
      "/usr/lib/systemd/network/80-6rd-tunnel.network": "[Match]\nName=6rd-*\n",
    });
    expect(facts.enabledTools).toEqual(["networkd"]);
    expect(facts.interfaces).toEqual([
      {
        tool: "networkd",
        where: { path: "/etc/systemd/network/20-wired.network", line: 2 },
        name: "en* eth*",
        pinnedTo: null,
        mac: null,
        method: "dhcp",
        addresses: [],
      },
      {
        tool: "networkd",
        where: { path: "/etc/systemd/network/30-static.network", line: 2 },
        name: "52:54:00:00:00:04",
        pinnedTo: "mac",
        mac: "52:54:00:00:00:04",
        method: "static",
        addresses: ["192.0.2.3/24", "2001:db8::3/64"],
      },
    ]);
  });

  it("openSUSE: wicked reads SUSE's own ifcfg files", async () => {
    const facts = await read(
      {
        ...systemd,
        ...wanted("wicked.service"),
        "/etc/sysconfig/network/config": "",
        "/etc/sysconfig/network/ifcfg-eth0": "BOOTPROTO='dhcp'\nSTARTMODE='auto'\n",
        "/etc/sysconfig/network/ifcfg-eth0.template": "BOOTPROTO='dhcp'\n",
      },
      "net.ifnames=0",
    );
    expect(facts).toEqual({
      enabledTools: ["wicked"],
      classicNames: true,
      interfaces: [
        {
          tool: "wicked",
          where: { path: "/etc/sysconfig/network/ifcfg-eth0", line: 1 },
          name: "eth0",
          pinnedTo: null,
          mac: null,
          method: "dhcp",
          addresses: [],
        },
      ],
    });
  });
});

describe("other tools and names", () => {
  it("FreeBSD: rc.conf, its defaults left out", async () => {
    const facts = await read({
      "/etc/defaults/rc.conf": 'ifconfig_lo0="inet 127.0.0.1"\nifconfig_x="DHCP"\n',
      "/etc/rc.conf":
        'hostname="x"\nifconfig_DEFAULT="SYNCDHCP"\nifconfig_vtnet0="inet 192.0.2.4/24"\nifconfig_vtnet0_ipv6="inet6 accept_rtadv"\n',
    });
    expect(facts).toEqual({
      enabledTools: ["rc.conf"],
      classicNames: false,
      interfaces: [
        {
          tool: "rc.conf",
          where: { path: "/etc/rc.conf", line: 2 },
          name: "DEFAULT",
          pinnedTo: null,
          mac: null,
          method: "dhcp",
          addresses: [],
        },
        {
          tool: "rc.conf",
          where: { path: "/etc/rc.conf", line: 3 },
          name: "vtnet0",
          pinnedTo: "name",
          mac: null,
          method: "static",
          addresses: ["192.0.2.4/24"],
        },
      ],
    });
  });

  it("dhcpcd and ConnMan", async () => {
    const facts = await read({
      ...systemd,
      ...wanted("dhcpcd.service"),
      "/etc/dhcpcd.conf": "hostname\ninterface eth0\nstatic ip_address=192.0.2.2/24\n",
      "/var/lib/connman/cloud.config": "[service_lan]\nType=ethernet\nIPv4=dhcp\nMAC=52:54:00:00:00:05\n",
    });
    expect(facts.enabledTools).toEqual(["dhcpcd"]);
    expect(facts.interfaces).toMatchObject([
      { tool: "dhcpcd", name: "eth0", pinnedTo: "name", method: "static", addresses: ["192.0.2.2/24"] },
      { tool: "connman", name: "lan", pinnedTo: "mac", mac: "52:54:00:00:00:05", method: "dhcp" },
    ]);
  });

  it.each<[string, MemoryFiles, string, boolean]>([
    ["predictable", systemd, "ro quiet", false],
    ["net.ifnames=0", systemd, "ro net.ifnames=0 biosdevname=0", true],
    [
      "a masked link file",
      { ...systemd, "/etc/systemd/network/99-default.link": { link: "/dev/null" } },
      "",
      true,
    ],
    ["the last word counts", systemd, "net.ifnames=0 net.ifnames=1", false],
  ])("names: %s", async (_name, files, commandLine, classicNames) => {
    expect((await read(files, commandLine)).classicNames).toBe(classicNames);
  });

  it("does not count a tool that is masked", async () => {
    const files = {
      ...systemd,
      ...wanted("NetworkManager.service"),
      [`${system}/NetworkManager.service`]: { link: "/dev/null" },
    };
    expect((await read(files)).enabledTools).toEqual([]);
  });
});
