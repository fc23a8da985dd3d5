import { describe, expect, it } from "vitest";
import { createMemoryTree } from "#core/image/testing/memory-filesystem.ts";
import { volumeOf } from "#core/image/testing/volumes.ts";
import { readFstab } from "./fstab.ts";

const root = volumeOf({
  number: 1,
  type: "ext4",
  uuid: "c1fbc91d-f2b4-4dbe-8113-76d48ea69553",
  label: "root",
});
const lvmRoot = volumeOf({ number: 2, type: "xfs", logicalVolume: { group: "my-vg", name: "root" } });

const entriesOf = async (text: string, volumes = [root, lvmRoot]): ReturnType<typeof readFstab> =>
  readFstab(createMemoryTree({ "/etc/fstab": text, "/swapfile": "", "/srv/data": null }), volumes);

describe("readFstab", () => {
  it.each<[string, string, boolean | null]>([
    ["UUID=c1fbc91d-f2b4-4dbe-8113-76d48ea69553 / ext4 defaults 0 1", "uuid", true],
    ['UUID="C1FBC91D-F2B4-4DBE-8113-76D48EA69553" / ext4', "uuid", true],
    ["/dev/disk/by-uuid/0000 /data ext4 defaults", "uuid", false],
    ["LABEL=root / ext4", "label", true],
    ["LABEL=other /srv ext4 defaults", "label", false],
    ["PARTUUID=11 / ext4", "partuuid", false],
    ["/dev/vda1 / ext4", "device", true],
    ["/dev/sdb1 /data xfs defaults", "device", null],
    ["/dev/sr0 /media/cdrom0 udf,iso9660 user,noauto", "device", null],
    ["/dev/mapper/my--vg-root / xfs", "lvm", true],
    ["/dev/my-vg/root / xfs", "lvm", true],
    ["/dev/mapper/my--vg-home /home xfs", "lvm", false],
    ["/dev/mapper/cryptswap none swap sw", "lvm", null],
    ["nas.local:/export /mnt nfs defaults", "network", null],
    ["//nas/share /mnt cifs credentials=/etc/x", "network", null],
    ["tmpfs /tmp tmpfs size=1G", "virtual", null],
    ["/swapfile none swap sw", "other", true],
    ["/swap.img none swap sw", "other", false],
    ["/srv/data /export none bind", "other", true],
  ])("%s", async (line, namedBy, inImage) => {
    expect(await entriesOf(`# comment\n${line}\n`)).toMatchObject([{ line: 2, namedBy, inImage }]);
  });

  it("keeps options, and reads blanks in names", async () => {
    const text =
      "LABEL=my\\040data\t/mnt/my\\040data  ext4\tnofail,x-systemd.device-timeout=5s 0 2\n\nproc\n";
    expect(await entriesOf(text)).toEqual([
      {
        line: 1,
        spec: "LABEL=my data",
        namedBy: "label",
        mountPoint: "/mnt/my data",
        type: "ext4",
        options: ["nofail", "x-systemd.device-timeout=5s"],
        inImage: false,
      },
    ]);
  });

  it("does not call missing what an encrypted volume may hold", async () => {
    const luks = volumeOf({ number: 2, type: "crypto_LUKS" });
    expect(await entriesOf("UUID=7 / ext4\n", [luks])).toMatchObject([{ inImage: null }]);
  });

  it("is null without the file", async () => {
    expect(await readFstab(createMemoryTree({}), [])).toBeNull();
  });
});
