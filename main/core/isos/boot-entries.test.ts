import { describe, expect, it } from "vitest";
import { grubEntries, syslinuxEntries } from "./boot-entries.ts";
import { serialCommandLine } from "./serial-command-line.ts";

/** As the media have them, shortened. */
const debian = `
if loadfont $prefix/font.pf2 ; then set gfxmode=800x600; fi
menuentry --hotkey=g 'Graphical install' {
    set background_color=black
    linux    /install.amd/vmlinuz vga=788 --- quiet
    initrd   /install.amd/gtk/initrd.gz
}
menuentry --hotkey=i 'Install' {
    linux    /install.amd/vmlinuz vga=788 --- quiet
    initrd   /install.amd/initrd.gz
}`;
const fedora = `
menuentry 'Install Fedora 43' --class fedora --class gnu-linux {
	linux /images/pxeboot/vmlinuz inst.stage2=hd:LABEL=Fedora-S-dvd-x86_64-43 quiet
	initrd /images/pxeboot/initrd.img
}`;
const ubuntu = `
menuentry "Try or Install Ubuntu Server" {
	set gfxpayload=keep
	linux	/casper/vmlinuz  ---
	initrd	/casper/initrd
}`;

describe("GRUB's menus", () => {
  it("are read with their quotes and options", () => {
    expect(grubEntries(debian)).toEqual([
      {
        title: "Graphical install",
        kernelPath: "/install.amd/vmlinuz",
        initrdPath: "/install.amd/gtk/initrd.gz",
        commandLine: "vga=788 --- quiet",
        isDefault: true,
      },
      {
        title: "Install",
        kernelPath: "/install.amd/vmlinuz",
        initrdPath: "/install.amd/initrd.gz",
        commandLine: "vga=788 --- quiet",
        isDefault: false,
      },
    ]);
    expect(grubEntries(fedora)[0]?.commandLine).toBe("inst.stage2=hd:LABEL=Fedora-S-dvd-x86_64-43 quiet");
    expect(grubEntries(ubuntu)).toHaveLength(1);
  });

  it.each([
    ["set default=1", [false, true]],
    ['set default="b"', [false, true]],
    ["set default=$saved", [true, false]],
    ["", [true, false]],
  ])("know which entry %j starts", (line, wanted) => {
    const text = `${line}\nmenuentry a {\nlinux /k\ninitrd /i\n}\nmenuentry b {\nlinux /k\ninitrd /i\n}`;
    expect(grubEntries(text).map(({ isDefault }) => isDefault)).toEqual(wanted);
  });

  it("leave out what depends on variables and what is no path", () => {
    expect(grubEntries("menuentry a {\nlinux $kernel x\ninitrd /i\n}")).toEqual([]);
    expect(grubEntries("menuentry a {\nlinux /k root=$root\ninitrd /i\n}")).toEqual([]);
    expect(grubEntries("menuentry a {\nlinux (cd0)/k\ninitrd /i\n}")).toEqual([]);
    expect(grubEntries("initrd /i\nlinux /k")).toEqual([]);
    expect(grubEntries("'".repeat(100_000))).toEqual([]);
  });
});

it("reads ISOLINUX's menus, with the initrd in either place", () => {
  const text = `default install
label install
	menu label ^Install
	kernel /install.amd/vmlinuz
	append vga=788 initrd=/install.amd/initrd.gz --- quiet
label linux
  kernel linux
  initrd initrd,extra
  append splash=silent`;
  expect(syslinuxEntries(text, "/boot/x86_64/loader")).toEqual([
    {
      title: "install",
      kernelPath: "/install.amd/vmlinuz",
      initrdPath: "/install.amd/initrd.gz",
      commandLine: "vga=788 --- quiet",
      isDefault: true,
    },
    {
      title: "linux",
      kernelPath: "/boot/x86_64/loader/linux",
      initrdPath: "/boot/x86_64/loader/initrd",
      commandLine: "splash=silent",
      isDefault: false,
    },
  ]);
});

describe("the command line for a serial console", () => {
  it.each([
    ["vga=788 --- quiet", "debian-installer", "--- console=ttyS0,115200n8"],
    ["---", "subiquity", "--- console=ttyS0,115200n8"],
    [
      "inst.stage2=hd:LABEL=Fedora-43 quiet rhgb",
      "anaconda",
      "inst.stage2=hd:LABEL=Fedora-43 inst.text console=ttyS0,115200n8",
    ],
    ["splash=silent", "yast", "textmode=1 console=ttyS0,115200n8"],
    [
      "modules=loop,squashfs quiet console=tty0 console=ttyS0,115200",
      "setup-alpine",
      "modules=loop,squashfs console=ttyS0,115200n8",
    ],
    ["", null, "console=ttyS0,115200n8"],
  ])("of %j for %s", (given, installer, wanted) => {
    expect(serialCommandLine(given, installer)).toBe(wanted);
  });
});
