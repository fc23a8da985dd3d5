import { describe, expect, it } from "vitest";
import type { OsFacts } from "#contract/facts-system.ts";
import { createMemoryTree, type MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import { arm64Image, bzImage, elfHeader, peHeader } from "#core/image/testing/program-headers.ts";
import { architectureOfKernel } from "./architecture.ts";
import { readBootEntries } from "./boot/boot-entries.ts";
import { readOs } from "./os.ts";

const osOf = (files: MemoryFiles): Promise<OsFacts> => readOs(createMemoryTree(files));
const nothing: OsFacts = {
  family: "linux",
  id: null,
  idLike: [],
  versionId: null,
  prettyName: null,
  architecture: null,
};

describe("readOs", () => {
  it.each<[string, string, Partial<OsFacts>]>([
    [
      "Debian",
      'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
      { id: "debian", versionId: "12", prettyName: "Debian GNU/Linux 12 (bookworm)" },
    ],
    [
      "Ubuntu",
      'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nVERSION_ID="24.04"\nID=ubuntu\nID_LIKE=debian\n',
      { id: "ubuntu", idLike: ["debian"], versionId: "24.04", prettyName: "Ubuntu 24.04.1 LTS" },
    ],
    [
      "AlmaLinux",
      'NAME="AlmaLinux"\nID="almalinux"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\n',
      { id: "almalinux", idLike: ["rhel", "centos", "fedora"], versionId: "9.4", prettyName: "AlmaLinux" },
    ],
    [
      "openSUSE",
      'NAME="openSUSE Leap"\nVERSION_ID="15.6"\nID="opensuse-leap"\nID_LIKE="suse opensuse"\nPRETTY_NAME="openSUSE Leap 15.6"\n',
      {
        id: "opensuse-leap",
        idLike: ["suse", "opensuse"],
        versionId: "15.6",
        prettyName: "openSUSE Leap 15.6",
      },
    ],
    [
      "Arch",
      'NAME="Arch Linux"\nPRETTY_NAME="Arch Linux"\nID=arch\nBUILD_ID=rolling\n',
      { id: "arch", prettyName: "Arch Linux" },
    ],
    [
      "FreeBSD",
      'NAME=FreeBSD\nID=freebsd\nVERSION_ID="14.1"\n',
      { family: "bsd", id: "freebsd", versionId: "14.1", prettyName: "FreeBSD" },
    ],
    [
      "a hostile name",
      'ID=x\nPRETTY_NAME="Alma \\"9\\" \u001b[31m"\n',
      { id: "x", prettyName: 'Alma "9"  [31m' },
    ],
  ])("reads os-release of %s", async (_name, text, expected) => {
    const facts = { ...nothing, ...expected };
    expect(
      await osOf({ "/etc/os-release": { link: "../usr/lib/os-release" }, "/usr/lib/os-release": text }),
    ).toEqual(facts);
  });

  it.each<[string, MemoryFiles, Partial<OsFacts>]>([
    [
      "CentOS 6",
      {
        "/etc/redhat-release": "CentOS release 6.10 (Final)\n",
        "/etc/centos-release": "CentOS release 6.10 (Final)\n",
      },
      {
        id: "centos",
        idLike: ["rhel", "fedora"],
        versionId: "6.10",
        prettyName: "CentOS release 6.10 (Final)",
      },
    ],
    [
      "Debian 6",
      { "/etc/debian_version": "6.0.10\n" },
      { id: "debian", versionId: "6.0.10", prettyName: "debian 6.0.10" },
    ],
    ["OpenBSD", { "/bsd": "k" }, { family: "bsd" }],
    ["something with an fstab", { "/etc/fstab": "" }, {}],
    ["a folder of data", { "/data": "" }, { family: "unknown" }],
  ])("knows %s without os-release", async (_name, files, expected) => {
    expect(await osOf(files)).toEqual({ ...nothing, ...expected });
  });

  it("reads the machine from programs, through links", async () => {
    const files = {
      "/bin": { link: "usr/bin" },
      "/usr/bin/sh": { link: "busybox" },
      "/usr/bin/busybox": elfHeader(183),
    };
    expect((await osOf(files)).architecture).toBe("aarch64");
    const script = { "/bin/sh": "#!/bin/other\n", "/sbin/init": elfHeader(62) };
    expect((await osOf(script)).architecture).toBe("x86_64");
  });

  it("notes 32-bit programs on a 64-bit kernel, and takes the kernel's where there are no programs", async () => {
    const kernel = {
      "/boot/grub/grub.cfg": "linux /boot/vmlinuz-1\n",
      "/boot/vmlinuz-1": bzImage("6.1.0-amd64"),
    };
    const mixed = createMemoryTree({ ...kernel, "/bin/sh": elfHeader(3) });
    const notes: string[] = [];
    expect((await readOs(mixed, await readBootEntries(mixed), notes)).architecture).toBe("i386");
    expect(notes).toEqual(["The programs are made for i386, the kernel for x86_64."]);
    const bare = createMemoryTree(kernel);
    expect((await readOs(bare, await readBootEntries(bare), [])).architecture).toBe("x86_64");
  });
});

describe("architectureOfKernel", () => {
  it.each<[string | null, Buffer]>([
    ["x86_64", bzImage("6.1.0")],
    ["i386", bzImage("6.1.0", false)],
    ["aarch64", arm64Image()],
    ["aarch64", peHeader(0xaa64)],
    ["x86_64", elfHeader(62)],
    [null, Buffer.alloc(4096)],
    [null, Buffer.from("MZ")],
  ])("%s", (expected, head) => {
    expect(architectureOfKernel(head)).toBe(expected);
  });
});
