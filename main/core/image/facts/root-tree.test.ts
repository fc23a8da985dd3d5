import { describe, expect, it } from "vitest";
import type { Filesystem } from "#core/image/filesystem/filesystem.ts";
import { createMemoryFilesystem, type MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import type { Volume } from "./disk-layout.ts";
import { findRoot, isNamedBy, type RootTree } from "./root-tree.ts";

interface Place {
  readonly files?: MemoryFiles;
  readonly type?: string;
  readonly uuid?: string;
  readonly label?: string;
  readonly lv?: string;
  readonly name?: string;
  /** For btrfs: path of each subvolume, `default` for what is mounted without options. */
  readonly subvolumes?: Readonly<Record<string, MemoryFiles>>;
}

/** Subvolumes by path and, from 256 on, by number; the default one is `subvolumes.default`. */
function withSubvolumes(subvolumes: Readonly<Record<string, MemoryFiles>>): Filesystem {
  const paths = Object.keys(subvolumes).filter((path) => path !== "default");
  const view = (path: string): Filesystem => ({
    ...createMemoryFilesystem(subvolumes[path] ?? {}),
    type: "btrfs",
    subvolume: path === "default" ? "" : path,
    openSubvolume: (which) => {
      const wanted = typeof which === "number" ? (paths[which - 256] ?? "") : which.replace(/^\/+/, "");
      return Promise.resolve(paths.includes(wanted) ? view(wanted) : null);
    },
    subvolumes: () =>
      Promise.resolve(
        paths.map((each, i) => ({ id: 256 + i, path: each, isReadOnly: each.startsWith("snap") })),
      ),
  });
  return view("default");
}

function volume(number: number, place: Place): Volume {
  const filesystem =
    place.subvolumes === undefined
      ? createMemoryFilesystem(place.files ?? {})
      : withSubvolumes(place.subvolumes);
  const type = place.type ?? (place.subvolumes === undefined ? "ext4" : "btrfs");
  const [group = "", name = ""] = place.lv?.split("/") ?? [];
  return {
    partition: {
      number,
      startByte: number * 2 ** 20,
      sizeBytes: 2 ** 20,
      typeId: "0x83",
      typeName: "Linux filesystem",
      name: place.name ?? null,
      bootable: false,
      partUuid: `part-${number}`,
    },
    logicalVolume:
      place.lv === undefined
        ? null
        : { group, name, devicePath: `/dev/mapper/${group.replaceAll("-", "--")}-${name}` },
    found: {
      type,
      label: place.label ?? null,
      uuid: place.uuid ?? null,
      unreadable: null,
      open: () => Promise.resolve({ ...filesystem, type }),
    },
  };
}

async function rootOf(...places: Place[]): Promise<{ root: RootTree | null; notes: string[] }> {
  const notes: string[] = [];
  const { root } = await findRoot(
    places.map((place, index) => volume(index + 1, place)),
    notes,
  );
  return { root, notes };
}

const system = (id: string, more: MemoryFiles = {}): MemoryFiles => ({
  "/etc/os-release": `ID=${id}\n`,
  "/lib/modules/6.1/modules.dep": "",
  "/boot/vmlinuz": "kernel",
  ...more,
});
const osOf = (root: RootTree | null): Promise<string | null> | undefined =>
  root?.tree.readText("/etc/os-release", 100);
const grub = (line: string): string => `menuentry 'x' {\nlinux /boot/vmlinuz ${line}\n}\n`;

describe("the root of a system", () => {
  it("is the filesystem that looks like one; fstab puts the others at their places", async () => {
    const fstab = [
      "LABEL=boot /boot ext4 defaults 0 2",
      "/dev/mapper/vg-var /var ext4 defaults 0 2",
      "/dev/vg/home /home/ ext4 defaults 0 2",
      "UUID=gone /usr ext4 defaults 0 2",
      "UUID=gone /srv ext4 defaults 0 2",
      "tmpfs /tmp tmpfs size=1g 0 0",
    ];
    const { root, notes } = await rootOf(
      { label: "boot", files: { "/grub/grub.cfg": "from the boot partition" } },
      {
        files: {
          "/boot/x": "",
          ...system("one", { "/var/x": "", "/home/x": "" }),
          "/etc/fstab": fstab.join("\n"),
        },
      },
      { lv: "vg/var", files: { "/log": "the var volume" } },
      { lv: "vg/home", files: { "/user": "the home volume" } },
    );
    expect(root?.volume.partition.number).toBe(2);
    expect(root?.subvolume).toBeNull();
    expect(await root?.tree.readText("/boot/grub/grub.cfg", 100)).toBe("from the boot partition");
    expect(await root?.tree.readText("/var/log", 100)).toBe("the var volume");
    expect(await root?.tree.readText("/home/user", 100)).toBe("the home volume");
    expect(notes).toEqual(["/usr is on UUID=gone, which is not in the image or not readable."]);
  });

  it("is not there where nothing looks like one", async () => {
    const { root, notes } = await rootOf(
      { files: { "/data": "" } },
      { type: "vfat", files: { "/EFI/x": "" } },
    );
    expect(root).toBeNull();
    expect(notes).toEqual([]);
  });

  it("is named where only its /usr is in the image", async () => {
    const { root, notes } = await rootOf({ files: { "/lib/os-release": "ID=flatcar", "/bin/sh": "" } });
    expect(root).toBeNull();
    expect(notes).toEqual([expect.stringMatching(/^Partition 1 holds the \/usr of a system/)]);
  });
});

describe("btrfs subvolumes", () => {
  it("the default one counts when it is a root, as openSUSE sets it", async () => {
    const fstab =
      "UUID=u / btrfs defaults 0 0\nUUID=u /var btrfs subvol=/@/var 0 0\nUUID=u /home btrfs subvolid=258 0 0\n";
    const filesystem = {
      "@": {},
      "@/var": { "/log": "in @/var" },
      "@/home": { "/user": "in @/home" },
      "@/.snapshots/1/snapshot": system("suse", { "/etc/fstab": fstab, "/var/x": "", "/home/x": "" }),
      default: system("suse", { "/etc/fstab": fstab, "/var/x": "", "/home/x": "" }),
    };
    const { root, notes } = await rootOf({ uuid: "u", subvolumes: filesystem });
    expect(await root?.tree.readText("/var/log", 100)).toBe("in @/var");
    expect(await root?.tree.readText("/home/user", 100)).toBe("in @/home");
    expect(notes).toEqual([]);
  });

  it.each(["@", "root", "@rootfs"])("else the one called %s", async (name) => {
    const { root, notes } = await rootOf({ subvolumes: { default: {}, home: {}, [name]: system(name) } });
    expect(root?.subvolume).toBe(name);
    expect(await osOf(root)).toBe(`ID=${name}\n`);
    expect(notes).toEqual([]);
  });

  it("else any that is a root, before snapshots", async () => {
    const all = {
      default: {},
      snap1: system("old"),
      ".snapshots/1/snapshot": system("old"),
      "debian/12": system("new"),
    };
    expect((await rootOf({ subvolumes: all })).root?.subvolume).toBe("debian/12");
    const { "debian/12": _gone, ...only } = all;
    expect((await rootOf({ subvolumes: only })).root?.subvolume).toBe(".snapshots/1/snapshot");
  });

  it("that fstab names and that are gone are told", async () => {
    const fstab = "UUID=u /home btrfs subvol=@home 0 0\n";
    const { notes } = await rootOf({
      uuid: "u",
      subvolumes: { default: {}, "@": system("x", { "/etc/fstab": fstab }) },
    });
    expect(notes).toEqual(["/home is on UUID=u, which is not in the image or not readable."]);
  });
});

describe("several systems", () => {
  it("the one that a boot menu names is read", async () => {
    const { root, notes } = await rootOf(
      { uuid: "one", files: system("one", { "/boot/grub/grub.cfg": grub("root=UUID=two ro") }) },
      { uuid: "two", files: system("two") },
    );
    expect(await osOf(root)).toBe("ID=two\n");
    expect(notes).toEqual([
      "There are 2 systems in the image (Partition 1, Partition 2); Partition 2 was read.",
    ]);
  });

  it("also among subvolumes", async () => {
    const menu = { "/boot/grub/grub.cfg": grub("root=/dev/sda1 rootflags=noatime,subvol=root") };
    const subvolumes = { default: {}, "@": system("one"), root: system("two", menu) };
    const { root, notes } = await rootOf({ subvolumes });
    expect(root?.subvolume).toBe("root");
    expect(notes).toEqual([
      "There are 2 systems in the image (Partition 1, subvolume @, Partition 1, subvolume root); Partition 1, subvolume root was read.",
    ]);
  });

  it("else the more complete one, else the first", async () => {
    const rescue = { files: { "/etc/passwd": "" } };
    const one = { files: system("one") };
    expect((await rootOf(rescue, one, { files: system("two") })).root?.volume.partition.number).toBe(2);
  });
});

describe("ostree", () => {
  const hash = (digit: string): string => `${digit.repeat(64)}.0`;
  const sysroot: MemoryFiles = {
    [`/ostree/deploy/fedora/deploy/${hash("a")}/etc/os-release`]: "ID=old\n",
    [`/ostree/deploy/fedora/deploy/${hash("b")}/etc/os-release`]: "ID=new\n",
    [`/ostree/deploy/fedora/deploy/${hash("b")}/boot`]: null,
    [`/ostree/deploy/fedora/deploy/${hash("b")}/sysroot`]: null,
    [`/ostree/deploy/fedora/deploy/${hash("b")}/var`]: null,
    "/ostree/deploy/fedora/var/lib/shared": "var",
    "/ostree/boot.1": { link: "boot.1.1" },
    "/ostree/boot.1.1/fedora/csum/0": { link: `../../../deploy/fedora/deploy/${hash("b")}` },
    "/boot": null,
  };
  const boot: MemoryFiles = {
    "/loader": { link: "loader.1" },
    "/loader.1/entries/ostree-1-fedora.conf":
      "title new\nversion 1\nlinux /ostree/fedora-csum/vmlinuz\noptions root=UUID=r ostree=/ostree/boot.1/fedora/csum/0 rw\n",
    "/ostree/fedora-csum/vmlinuz": "kernel",
  };

  it("its deployment is the root that the boot menu names", async () => {
    const { root, notes } = await rootOf(
      { label: "boot", files: boot },
      { label: "root", type: "xfs", files: sysroot },
    );
    expect(await osOf(root)).toBe("ID=new\n");
    expect(root?.volume.partition.number).toBe(2);
    expect(await root?.tree.readText("/var/lib/shared", 100)).toBe("var");
    expect(await root?.tree.readText("/boot/ostree/fedora-csum/vmlinuz", 100)).toBe("kernel");
    expect((await root?.tree.stat("/sysroot/ostree/deploy"))?.kind).toBe("directory");
    expect(notes).toEqual([`The root is the ostree deployment /ostree/deploy/fedora/deploy/${hash("b")}.`]);
  });

  it("is found in a subvolume, and without a menu", async () => {
    const { root, notes } = await rootOf({ subvolumes: { default: {}, root: sysroot, home: {} } });
    expect(root?.subvolume).toBe("root");
    expect(await osOf(root)).toBe("ID=old\n");
    expect(notes[0]).toContain("which of the 2 ostree deployments");
  });

  it("is no root without a deployment", async () => {
    const { root, notes } = await rootOf({
      files: { "/ostree/deploy/fedora/deploy": null, "/ostree/repo/config": "" },
    });
    expect(root).toBeNull();
    expect(notes).toEqual([expect.stringContaining("none of its deployments")]);
  });
});

describe("names of devices", () => {
  const plain = volume(3, { uuid: "AB-CD", label: "my data", name: "rootfs" });
  const logical = volume(2, { uuid: "u", lv: "my-vg/root" });
  const bare = volume(0, {});
  it.each([
    [plain, "UUID=ab-cd", true],
    [plain, 'LABEL="my data"', true],
    [plain, "LABEL=my\\040data", true],
    [plain, "/dev/disk/by-label/my\\x20data", true],
    [plain, "PARTLABEL=rootfs", true],
    [plain, "PARTUUID=part-3", true],
    [plain, "/dev/nvme0n1p3", true],
    [plain, "/dev/vda3", true],
    [plain, "/dev/vda", false],
    [plain, "/dev/vda13", false],
    [plain, "LABEL=my", false],
    [logical, "/dev/my-vg/root", true],
    [logical, "/dev/mapper/my--vg-root", true],
    [logical, "/dev/sda2", false],
    [logical, "PARTUUID=part-2", false],
    [bare, "/dev/vda", true],
    [bare, "/dev/vda1", false],
  ])("%#: %s", (of, spec, expected) => {
    expect(isNamedBy(of, spec)).toBe(expected);
  });
});
