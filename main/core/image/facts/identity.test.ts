import { describe, expect, it } from "vitest";
import { createMemoryTree, type MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import { readIdentity } from "./identity.ts";

const id = "0123456789abcdef0123456789abcdef\n";
const read = (files: MemoryFiles) => readIdentity(createMemoryTree(files));

describe("identity", () => {
  it("is clean where an image was made well", async () => {
    const files: MemoryFiles = {
      "/etc/machine-id": "",
      "/var/lib/dbus/machine-id": { link: "/etc/machine-id" },
      "/etc/hostname": "localhost\n",
      "/var/lib/dhcp/dhclient.leases": "",
      "/var/lib/systemd/random-seed": "",
      "/etc/udev/rules.d/70-persistent-net.rules": "# none\n",
      "/root/.ssh/authorized_keys": "# none\n\n",
    };
    expect(await read(files)).toEqual({
      machineId: "empty",
      dbusMachineId: false,
      hostname: "localhost",
      authorizedKeys: [],
      randomSeeds: [],
      dhcpState: [],
      udevNetRules: [],
    });
  });

  it("finds an id of its own for D-Bus and saved randomness", async () => {
    const found = await read({
      "/var/lib/dbus/machine-id": id,
      "/var/lib/systemd/random-seed": Buffer.alloc(512, 7),
      "/boot/efi/loader/random-seed": Buffer.alloc(32, 7),
      "/etc/HOSTNAME": "golden.example\n",
    });
    expect(found).toMatchObject({
      machineId: "absent",
      dbusMachineId: true,
      hostname: "golden.example",
      randomSeeds: ["/var/lib/systemd/random-seed", "/boot/efi/loader/random-seed"],
    });
  });

  it("finds leases and DUIDs of every client", async () => {
    const paths = [
      "/etc/dhcpcd.duid",
      "/var/lib/NetworkManager/internal-1.lease",
      "/var/lib/NetworkManager/secret_key",
      "/var/lib/dhclient/dhclient-eth0.leases",
      "/var/lib/dhcp/dhclient.eth0.leases",
      "/var/lib/dhcpcd/duid",
      "/var/lib/wicked/duid.xml",
    ];
    const files = Object.fromEntries(paths.map((path) => [path, "x"]));
    const found = await read({
      ...files,
      "/var/lib/NetworkManager/NetworkManager.state": "x",
      "/etc/systemd/networkd.conf.d/duid.conf": "[DHCPv6]\nDUIDType=vendor\nDUIDRawData=00:00:ab:11\n",
    });
    expect([...found.dhcpState].sort()).toEqual([...paths, "/etc/systemd/networkd.conf.d/duid.conf"].sort());
  });

  it("finds udev rules and link files that name a card by its MAC, with their lines", async () => {
    const found = await read({
      "/etc/udev/rules.d/70-persistent-net.rules":
        '# PCI device\n\nSUBSYSTEM=="net", ACTION=="add", ATTR{address}=="52:54:00:12:34:56", NAME="eth0"\n',
      "/etc/udev/rules.d/80-other.rules":
        'ATTR{address}=="52:54:00:*", NAME="x"\nATTR{address}=="1", TAG="y"\n',
      "/etc/systemd/network/10-lan.link": "[Match]\nMACAddress=52:54:00:12:34:56\n[Link]\nName=lan0\n",
      "/etc/systemd/network/99-default.link": { link: "/dev/null" },
    });
    expect(found.udevNetRules).toEqual([
      { path: "/etc/udev/rules.d/70-persistent-net.rules", line: 3 },
      { path: "/etc/systemd/network/10-lan.link", line: 2 },
    ]);
  });

  it("finds keys of people and services, also where the home is no longer anybody's", async () => {
    const found = await read({
      "/etc/passwd": "svc:x:110:110::/var/lib/svc:/bin/sh\n",
      "/root/.ssh/authorized_keys2": "ssh-ed25519 AAAA\n",
      "/home/gone/.ssh/authorized_keys": "ssh-ed25519 AAAA\n",
      "/var/lib/svc/.ssh/authorized_keys": "ssh-ed25519 AAAA\n",
    });
    expect(found.authorizedKeys).toEqual([
      "/root/.ssh/authorized_keys2",
      "/home/gone/.ssh/authorized_keys",
      "/var/lib/svc/.ssh/authorized_keys",
    ]);
  });
});
