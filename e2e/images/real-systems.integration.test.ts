import { createHash } from "node:crypto";
import { lstat, mkdtemp, readdir, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ImageFacts } from "#contract/facts.ts";
import { inspectImage } from "#core/image/inspect-image.ts";
import { withRootTree } from "#core/image/look-inside.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { bulk, debianRootTar, unpackRoot } from "#e2e/fixtures/debian-root.ts";
import { rootKinds, type RootKind } from "#e2e/fixtures/debian-volume.ts";
import { debianTrimmedDisk } from "#e2e/fixtures/fixtures.ts";
import { nodeProcesses } from "#system/node-processes.ts";

/** Whole Debian systems, each on another filesystem: the same facts, and every file as it was put in. */
let folder = "";
let tree = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "goldsmith-systems-"));
  tree = join(folder, "tree");
  await unpackRoot(await debianRootTar(), tree, bulk);
}, 900_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const deps = () => ({
  ports: {
    processes: nodeProcesses,
    directories: { data: folder, cache: folder, runtime: folder, resources: folder },
  },
});
const diskOf = (kind: RootKind): Promise<string> => debianTrimmedDisk(kind, kind === "lvm" ? "mbr" : "gpt");

/** Written by the fixture over what is in the archive. */
const replaced = new Set([
  "/etc/fstab",
  "/boot/grub",
  "/boot/grub/grub.cfg",
  "/etc/cloud/cloud.cfg.d/01_fixture.cfg",
]);

/** `kind mode size-or-target content` of every path below a folder of this computer. */
async function listHost(top: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const visit = async (path: string): Promise<void> => {
    for (const name of await readdir(join(top, path))) {
      const inside = `${path}/${name}`;
      const stat = await lstat(join(top, inside));
      const mode = (stat.mode & 0o7777).toString(8);
      if (stat.isSymbolicLink()) found.set(inside, `link ${await readlink(join(top, inside))}`);
      else if (stat.isDirectory()) {
        found.set(inside, `folder ${mode}`);
        await visit(inside);
      } else if (stat.isFile())
        found.set(inside, `file ${mode} ${digest(await readFile(join(top, inside)))}`);
    }
  };
  await visit("");
  return found;
}

async function listImage(image: FileTree): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const visit = async (path: string): Promise<void> => {
    for (const { name } of await image.readDirectory(path === "" ? "/" : path)) {
      const inside = `${path}/${name}`;
      const stat = await image.lstat(inside);
      const mode = ((stat?.mode ?? 0) & 0o7777).toString(8);
      if (stat?.kind === "symlink") found.set(inside, `link ${await image.readLink(inside)}`);
      else if (stat?.kind === "directory") {
        found.set(inside, `folder ${mode}`);
        await visit(inside);
      } else if (stat?.kind === "file") {
        const bytes = await image.readFile(inside, 256 * 1024 ** 2);
        found.set(inside, `file ${mode} ${bytes === null ? "unread" : digest(bytes)}`);
      }
    }
  };
  await visit("");
  return found;
}

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const labels: Record<RootKind, string> = {
  ext4: "cloudimg-root",
  xfs: "cloudroot",
  btrfs: "cloudimg-root",
  lvm: "cloudimg-root",
};

describe.each(rootKinds)("Debian on %s", (kind) => {
  let facts: ImageFacts;
  beforeAll(async () => {
    facts = await inspectImage(await diskOf(kind), deps());
  }, 600_000);

  it("is recognised as what it is", () => {
    expect(facts.os).toMatchObject({
      family: "linux",
      id: "debian",
      versionId: "12",
      architecture: "x86_64",
    });
    expect(facts.partitionTable).toBe(kind === "lvm" ? "mbr" : "gpt");
    expect(facts.rootPartition).toBe(1);
    expect(facts.rootVolume).toBe(kind === "lvm" ? "vg0/root" : null);
    expect(facts.rootSubvolume).toBe(kind === "btrfs" ? "@" : null);
    expect(facts.boot).toMatchObject({ grubCore: true, efiRemovablePath: "EFI/BOOT/BOOTX64.EFI" });
    expect(facts.cloudInit).toMatchObject({ enabledAtBoot: true, datasourceList: null });
    expect(facts.sshd).toMatchObject({ binaryPath: "/usr/sbin/sshd", enabledAtBoot: true });
    expect(facts.fstab?.every((entry) => entry.inImage === true)).toBe(true);
    expect(facts.notes).toEqual([]);
  });

  it("has the drivers that its kernel's package has", () => {
    const driver = kind === "lvm" ? "ext4" : kind;
    const found = facts.kernels[0]?.drivers ?? {};
    expect(Object.keys(found)).toEqual(expect.arrayContaining(["virtio_scsi", "virtio_net", driver]));
    expect(found["virtio_scsi"]).toMatchObject({ inInitramfs: true });
    // Debian's cloud kernel has ext4 built in
    expect(found[driver]).toMatchObject(driver === "ext4" ? { builtIn: true } : { inInitramfs: true });
  });

  it("counts the packages as dpkg does", async () => {
    const { stdout } = await nodeProcesses.run([
      "dpkg-query",
      `--root=${tree}`,
      "-W",
      "-f=${db:Status-Abbrev}\\n",
    ]);
    const installed = stdout.split("\n").filter((line) => line.startsWith("ii")).length;
    expect(facts.packages).toMatchObject({ manager: "dpkg", installedCount: installed });
  });

  it("has the type, the label and the UUID that libblkid finds", async () => {
    for (const partition of facts.partitions) {
      const probe = ["blkid", "-p", "-o", "export", "-O", String(partition.startByte), "-S"];
      const { stdout } = await nodeProcesses
        .run([...probe, String(partition.sizeBytes), await diskOf(kind)])
        .catch(() => ({ stdout: "" })); // nothing there, such as GRUB's core
      const value = (key: string): string | null =>
        new RegExp(`^${key}=(.*)$`, "m").exec(stdout)?.[1] ?? null;
      expect(partition.filesystem?.type ?? null).toBe(value("TYPE"));
      expect(partition.filesystem?.uuid ?? null).toBe(value("UUID"));
      expect(partition.filesystem?.label ?? null).toBe(value("LABEL")?.replaceAll("\\", "") ?? null);
    }
    const root =
      kind === "lvm"
        ? facts.logicalVolumes[0]?.filesystem
        : facts.partitions.find(({ number }) => number === 1)?.filesystem;
    expect(root).toMatchObject({ label: labels[kind], unreadable: null });
  });

  it("shows every file, link and folder as it was put in", async () => {
    const host = await listHost(tree);
    const image = await withRootTree(
      await diskOf(kind),
      deps(),
      { place: { kind: "system" }, signal: new AbortController().signal },
      ({ tree: files }) => listImage(files),
    );
    const differing = [...host].filter(([path, entry]) => !replaced.has(path) && image.get(path) !== entry);
    expect(
      differing.map(([path, entry]) => `${path}: ${entry}, read as ${image.get(path) ?? "nothing"}`),
    ).toEqual([]);
    const extra = [...image.keys()].filter(
      (path) => !host.has(path) && !replaced.has(path) && path !== "/lost+found",
    );
    expect(extra).toEqual([]);
  });
});
