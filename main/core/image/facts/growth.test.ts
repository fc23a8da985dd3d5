import { describe, expect, it } from "vitest";
import type { GrowthFacts } from "#contract/facts-system.ts";
import { createMemoryTree, type MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import { volumeOf } from "#core/image/testing/volumes.ts";
import { readFstab } from "./fstab.ts";
import { readGrowth, type GrowthContext } from "./growth.ts";
import { readInitSystem } from "./init-system.ts";

const root = volumeOf({ number: 1, type: "ext4", startByte: 3 * 1024 ** 2 });
const layout = [
  root,
  volumeOf({ number: 14, startByte: 1024 ** 2 }),
  volumeOf({ number: 15, startByte: 2 * 1024 ** 2 }),
];
const cloudInit = { enabledAtBoot: true, modules: ["growpart", "resizefs", "ssh"] };
const programs = { "/usr/bin/growpart": "#!", "/usr/sbin/sfdisk": "", "/usr/sbin/resize2fs": "" };
const systemd = { "/usr/lib/systemd/systemd": "" };

async function growth(files: MemoryFiles, changes: Partial<GrowthContext> = {}): Promise<GrowthFacts> {
  const tree = createMemoryTree({ ...systemd, ...files });
  const fstab = (await readFstab(tree, [])) ?? [];
  const init = await readInitSystem(tree);
  return readGrowth({
    tree,
    init,
    commandLine: null,
    cloudInit,
    fstab,
    root,
    partitions: layout,
    ...changes,
  });
}

describe("readGrowth", () => {
  it("believes cloud-init only with its modules and the programs they need", async () => {
    const both = { partitionBy: "cloud-init", filesystemBy: "cloud-init", rootIsLast: true };
    expect(await growth(programs)).toEqual(both);
    const { "/usr/sbin/sfdisk": _sfdisk, ...withoutSfdisk } = programs;
    expect(await growth(withoutSfdisk)).toEqual({ ...both, partitionBy: null });
    expect(await growth({ ...withoutSfdisk, "/sbin/sgdisk": "" })).toEqual(both);
    const { "/usr/bin/growpart": _growpart, ...withoutGrowpart } = programs;
    expect(await growth(withoutGrowpart)).toEqual({ ...both, partitionBy: null });
    const xfs = volumeOf({ number: 1, type: "xfs", startByte: 3 * 1024 ** 2 });
    expect(await growth(programs, { root: xfs })).toEqual({ ...both, filesystemBy: null });
    const off = { ...cloudInit, modules: ["ssh"] };
    const nobody = { ...both, partitionBy: null, filesystemBy: null };
    expect(await growth(programs, { cloudInit: off })).toEqual(nobody);
    expect(await growth(programs, { cloudInit: { ...cloudInit, enabledAtBoot: false } })).toEqual(nobody);
    expect(await growth(programs, { cloudInit: null })).toEqual(nobody);
  });

  it("obeys the settings that turn cloud-init's modules off", async () => {
    const both = { partitionBy: "cloud-init", filesystemBy: "cloud-init" };
    const withConfig = (text: string): Promise<GrowthFacts> =>
      growth({
        ...programs,
        "/etc/cloud/cloud.cfg": "users: [default]\n",
        "/etc/cloud/cloud.cfg.d/90.cfg": text,
      });
    expect(await withConfig("growpart: {mode: off}\n")).toMatchObject({ ...both, partitionBy: null });
    expect(await withConfig("growpart: {mode: auto}\nresize_rootfs: noblock\n")).toMatchObject(both);
    expect(await withConfig("resize_rootfs: false\n")).toMatchObject({ ...both, filesystemBy: null });
    const disabled = { ...programs, "/etc/growroot-disabled": "" };
    expect(await growth(disabled)).toMatchObject({ ...both, partitionBy: null });
    const ignored = { ...disabled, "/etc/cloud/cloud.cfg": "growpart:\n  ignore_growroot_disabled: true\n" };
    expect(await growth(ignored)).toMatchObject(both);
  });

  it("knows systemd's ways", async () => {
    const files = {
      "/etc/fstab": "UUID=1 / ext4 defaults,x-systemd.growfs 0 1\n",
      "/usr/lib/systemd/system/systemd-repart.service": "[Unit]\n",
      "/etc/repart.d/50-root.conf": "[Partition]\nType=root\n",
    };
    const byThemselves = { partitionBy: "systemd-repart", filesystemBy: "systemd-growfs", rootIsLast: true };
    expect(await growth(files, { cloudInit: null })).toEqual(byThemselves);
    const { "/etc/repart.d/50-root.conf": _conf, ...withoutDefinition } = files;
    expect(await growth(withoutDefinition, { cloudInit: null })).toEqual({
      ...byThemselves,
      partitionBy: null,
    });
  });

  it("finds the initramfs' growroot and a unit of the image's own", async () => {
    const hook = { "/usr/share/initramfs-tools/scripts/local-bottom/growroot": "#!/bin/sh\n" };
    expect(await growth(hook, { cloudInit: null })).toMatchObject({
      partitionBy: "growroot in the initramfs",
      filesystemBy: null,
    });
    const unit = {
      "/etc/systemd/system/expand-root.service":
        "[Service]\nType=oneshot\nExecStart=/bin/bash /opt/expand.sh --now\n[Install]\nWantedBy=multi-user.target\n",
      "/etc/systemd/system/multi-user.target.wants/expand-root.service": { link: "../expand-root.service" },
      "/usr/lib/systemd/system/multi-user.target": "[Unit]\n",
      "/usr/lib/systemd/system/default.target": { link: "multi-user.target" },
      "/opt/expand.sh": "#!/bin/bash\ngrowpart /dev/vda 1\nresize2fs /dev/vda1\n",
    };
    expect(await growth(unit, { cloudInit: null })).toMatchObject({
      partitionBy: "expand-root.service",
      filesystemBy: "expand-root.service",
    });
  });

  it("sees what lies behind the root", async () => {
    const swap = volumeOf({ number: 5, type: "swap", startByte: 1024 ** 4 });
    const extended = volumeOf({ number: 2, typeId: "0x05", startByte: 1024 ** 4 - 512 });
    expect((await growth({}, { partitions: [root, extended] })).rootIsLast).toBe(true);
    expect((await growth({}, { partitions: [root, extended, swap] })).rootIsLast).toBe(false);
  });

  it("knows that a logical volume is beyond growpart, and a bare filesystem has no partition to grow", async () => {
    const logical = volumeOf({ number: 1, type: "ext4", logicalVolume: { group: "vg", name: "root" } });
    expect(await growth(programs, { root: logical, partitions: [logical] })).toMatchObject({
      partitionBy: null,
      filesystemBy: null,
    });
    const bare = volumeOf({ number: 0, type: "ext4", startByte: 0 });
    expect(await growth(programs, { root: bare, partitions: [bare] })).toEqual({
      partitionBy: null,
      filesystemBy: "cloud-init",
      rootIsLast: true,
    });
  });
});
