import { describe, expect, it } from "vitest";
import { createMemoryTree, type MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import { bzImage, peHeader } from "#core/image/testing/program-headers.ts";
import { readInstaller } from "./installer.ts";
import { isoArchitecture } from "./iso-architecture.ts";
import { readMedium } from "./medium.ts";

type Expected = readonly [id: string | null, version: string | null, architecture: string | null];

async function look(
  volumeId: string,
  files: MemoryFiles,
): Promise<{ is: Expected; by: readonly (string | null)[] }> {
  const tree = createMemoryTree(files);
  const { system, hints } = await readMedium(tree, volumeId);
  const { installer, purpose } = await readInstaller(tree, volumeId, true);
  const architecture = await isoArchitecture(tree, hints);
  return { is: [system?.id ?? null, system?.version ?? null, architecture], by: [installer, purpose] };
}

const treeInfo = (name: string, version: string): string =>
  `[general]\narch = x86_64\nfamily = ${name}\nversion = ${version}\n[header]\nversion = 1.2\n[release]\nname = ${name}\nversion = ${version}\n`;

describe("ISO media", () => {
  it.each<[string, MemoryFiles, Expected, readonly [string | null, string]]>([
    [
      "Debian 12.5.0 amd64 n",
      {
        "/.disk/info": 'Debian GNU/Linux 12.5.0 "Bookworm" - Official amd64 NETINST',
        "/install.amd/vmlinuz": "k",
      },
      ["debian", "12.5.0", "x86_64"],
      ["debian-installer", "installer"],
    ],
    [
      "d-live 12.5.0 st amd64",
      { "/live/filesystem.squashfs": "", "/install/vmlinuz": "k" },
      ["debian", "12.5.0", "x86_64"],
      ["debian-installer", "live-installer"],
    ],
    [
      "Ubuntu-Server 24.04.1 LTS amd64",
      { "/.disk/info": 'Ubuntu-Server 24.04.1 LTS "Noble Numbat"', "/casper/install-sources.yaml": "" },
      ["ubuntu", "24.04.1", "x86_64"],
      ["subiquity", "installer"],
    ],
    [
      "RHEL-9-3-0-BaseOS-x86_64",
      {
        "/.treeinfo": treeInfo("Red Hat Enterprise Linux", "9.3"),
        "/images/install.img": "",
        "/BaseOS/x": "",
      },
      ["rhel", "9.3.0", "x86_64"],
      ["anaconda", "installer"],
    ],
    [
      "Custom", // a boot.iso of a rebuild, renamed
      { "/.treeinfo": treeInfo("Rocky Linux", "9.4"), "/images/install.img": "" },
      ["rocky", "9.4", "x86_64"],
      ["anaconda", "network"],
    ],
    [
      "Fedora-WS-Live-39-1-5",
      { "/LiveOS/squashfs.img": "", "/images/pxeboot/vmlinuz": bzImage("6.5.6") },
      ["fedora", "39", "x86_64"],
      ["anaconda", "live-installer"],
    ],
    [
      "openSUSE-Leap-15.6-DVD-x86_64710",
      { "/boot/x86_64/root": "", "/boot/x86_64/loader/linux": bzImage("6.4.0"), "/x86_64/a.rpm": "" },
      ["opensuse-leap", "15.6", "x86_64"],
      ["yast", "installer"],
    ],
    [
      "alpine-virt 3.19.1 x86_64",
      { "/.alpine-release": "alpine-virt-3.19.1 240126\n", "/apks/.boot_repository": "" },
      ["alpine", "3.19.1", "x86_64"],
      ["setup-alpine", "live-installer"],
    ],
    [
      "ARCH_202402",
      { "/arch/boot/x86_64/vmlinuz-linux": bzImage("6.7.4-arch1-1") },
      ["arch", "202402", "x86_64"],
      ["archinstall", "live-installer"],
    ],
    [
      "14_0_RELEASE_AMD64_CD",
      { "/boot/kernel/kernel": "", "/usr/freebsd-dist/base.txz": "" },
      ["freebsd", "14.0", "x86_64"],
      ["bsdinstall", "installer"],
    ],
    [
      "SSS_X64FREE_EN-US_DV9",
      {
        "/sources/install.wim": "",
        "/sources/boot.wim": "",
        "/sources/idwbinfo.txt": "[BUILDINFO]\r\nBuildArch=amd64\r\nBuildBranch=fe_release\r\n",
      },
      ["windows", "Server 2022", "x86_64"],
      ["windows-setup", "installer"],
    ],
    [
      "NETBOOT",
      { "/linux": bzImage("6.1.0-18-686", false), "/initrd.gz": "" },
      [null, null, "i386"],
      ["debian-installer", "network"],
    ],
    ["X", { "/EFI/BOOT/BOOTAA64.EFI": peHeader(0xaa64) }, [null, null, "aarch64"], [null, "installer"]],
    ["cidata", { "/meta-data": "", "/user-data": "" }, [null, null, null], [null, "seed"]],
  ])("%s", async (volumeId, files, is, by) => {
    expect(await look(volumeId, files)).toEqual({ is, by });
  });

  it("is data when nothing boots", async () => {
    const tree = createMemoryTree({ "/casper/x": "" });
    expect(await readInstaller(tree, "BACKUP", false)).toEqual({ installer: null, purpose: "data" });
  });

  it("shows what the medium says about itself", async () => {
    const info = 'Debian GNU/Linux 12.5.0 "Bookworm" - Official amd64 NETINST\u001b[2J with firmware';
    const { text } = await readMedium(createMemoryTree({ "/.disk/info": info }), "Debian 12.5.0 amd64 n");
    expect(text).toBe('Debian GNU/Linux 12.5.0 "Bookworm" - Official amd64 NETINST [2J with firmware');
    expect((await readMedium(createMemoryTree({}), "PVE")).text).toBe("Proxmox VE");
    expect((await readMedium(createMemoryTree({}), "MY DATA")).text).toBe("MY DATA");
  });
});
