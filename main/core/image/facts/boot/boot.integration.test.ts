import { open, readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ImageFacts } from "#contract/facts.ts";
import { inspectImage } from "#core/image/inspect-image.ts";
import { createWorkshop, tool, type Workshop } from "#core/image/testing/disk-images.ts";
import { nodeProcesses } from "#system/node-processes.ts";

const MiB = 1024 ** 2;
let workshop: Workshop;
beforeAll(async () => {
  workshop = await createWorkshop(nodeProcesses);
});
afterAll(() => workshop[Symbol.asyncDispose]());

const inspect = (path: string): Promise<ImageFacts> => inspectImage(path, { ports: workshop.ports });

async function put(path: string, bytes: Buffer, at: number): Promise<void> {
  await using file = await open(path, "r+");
  await file.write(bytes, 0, bytes.length, at);
}

/** Boot code takes the first 440 bytes of the disk; the table behind it stays. */
const putBootCode = async (path: string, from: string): Promise<void> =>
  put(path, (await readFile(from)).subarray(0, 440), 0);

async function partitioned(name: string, table: string, ...lines: string[]): Promise<string> {
  const path = await workshop.sparse(name, 48 * MiB);
  await workshop.writeFiles("tables", { [`${name}.sfdisk`]: [`label: ${table}`, ...lines, ""].join("\n") });
  await tool("sh", "-c", `sfdisk -q "$1" < "$2"`, "sh", path, workshop.path(`tables/${name}.sfdisk`));
  return path;
}

describe("what a BIOS finds", () => {
  it.each(["mbr.bin", "altmbr.bin", "gptmbr.bin"])("syslinux behind its %s", async (code) => {
    const path = await partitioned(`syslinux-${code}`, "dos", "start=2048, type=c, bootable");
    await tool("mkfs.fat", "-F", "32", "--offset", "2048", path);
    const without = await inspect(path);
    expect(without.boot).toMatchObject({ biosBootCode: false, extlinuxPath: null });
    await tool("syslinux", "-t", String(MiB), "-i", path);
    await putBootCode(path, `/usr/lib/EXTLINUX/${code}`);
    const { boot } = await inspect(path);
    expect(boot).toMatchObject({ biosBootCode: true, grubCore: false, extlinuxPath: "/ldlinux.sys" });
  });

  it("code that finds nothing to go on with: a disk of NTFS data is no Windows", async () => {
    const path = await partitioned("ntfs", "dos", "start=2048, type=7, bootable");
    const volume = await workshop.sparse("ntfs.volume", 40 * MiB);
    await tool("mkntfs", "-q", "-F", "-p", "2048", volume);
    await tool("dd", `if=${volume}`, `of=${path}`, "bs=1M", "seek=1", "conv=notrunc", "status=none");
    await putBootCode(path, "/usr/lib/EXTLINUX/mbr.bin");
    const facts = await inspect(path);
    expect(facts.os).toBeNull();
    expect(facts.boot).toMatchObject({ biosBootCode: true, grubCore: false, extlinuxPath: null });
  });
});

describe("an installer ISO that xorriso made", () => {
  it("is known by its name, its files and its boot catalogue", async () => {
    const root = await workshop.writeFiles("iso", {
      "/.disk/info": 'Debian GNU/Linux 12.5.0 "Bookworm" - Official amd64 NETINST',
      "/install.amd/vmlinuz": "k",
      "/isolinux/isolinux.bin": Buffer.alloc(2048, 1),
      "/boot/efi.img": Buffer.alloc(4096, 2),
    });
    const path = workshop.path("debian.iso");
    const boot = [
      "-b",
      "isolinux/isolinux.bin",
      "-c",
      "isolinux/boot.cat",
      "-no-emul-boot",
      "-boot-load-size",
      "4",
    ];
    const efi = ["-eltorito-alt-boot", "-e", "boot/efi.img", "-no-emul-boot"];
    const names = ["-quiet", "-V", "Debian 12.5.0 amd64 n", "-J", "-R", "-o", path];
    await tool("xorriso", "-as", "mkisofs", ...names, ...boot, ...efi, root);
    expect((await inspect(path)).iso).toEqual({
      volumeId: "Debian 12.5.0 amd64 n",
      bootBios: true,
      bootUefi: true,
      hybrid: false,
      architecture: "x86_64",
      osGuess: 'Debian GNU/Linux 12.5.0 "Bookworm" - Official amd64 NETINST',
      osId: "debian",
      osVersion: "12.5.0",
      installer: "debian-installer",
      purpose: "installer",
    });
  });
});
