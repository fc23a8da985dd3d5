import { DatabaseSync } from "node:sqlite";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createMemoryTree, type MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import { readPackages } from "./packages.ts";

const read = (files: MemoryFiles): ReturnType<typeof readPackages> => readPackages(createMemoryTree(files));

const stanza = (name: string, version: string, status = "install ok installed"): string =>
  `Package: ${name}\nStatus: ${status}\nPriority: optional\nArchitecture: amd64\nVersion: ${version}\nDescription: x\n  Version: 0\n`;

describe("readPackages", () => {
  it("reads dpkg's status file: what is installed, in chunks", async () => {
    const many = Array.from({ length: 9000 }, (_v, index) => stanza(`p${index}`, `1:${index}-1`));
    const text = [
      stanza("adduser", "3.134"),
      stanza("gone", "1.0", "deinstall ok config-files"),
      stanza("half", "1.0", "install reinstreq half-installed"),
      ...many,
      stanza("cloud-init", "22.4.2-1+deb12u4", "hold ok installed"),
    ].join("\n");
    const packages = await read({ "/var/lib/dpkg/status": text });
    expect(packages?.facts).toEqual({ manager: "dpkg", database: null, installedCount: 9002 });
    const versions = ["cloud-init", "adduser", "p8999", "gone", "half", "cloud"].map(async (name) =>
      packages?.versionOf(name),
    );
    expect(await Promise.all(versions)).toEqual(["22.4.2-1+deb12u4", "3.134", "1:8999-1", null, null, null]);
  });

  it("counts each architecture of a package", async () => {
    const foreign = stanza("libc6", "2.36-8").replace("amd64", "i386");
    const packages = await read({ "/var/lib/dpkg/status": `${stanza("libc6", "2.36-9")}\n${foreign}` });
    expect(packages?.facts.installedCount).toBe(2);
    expect(await packages?.versionOf("libc6")).toBe("2.36-9");
  });

  it("reads the status.d of distroless images", async () => {
    const packages = await read({
      "/var/lib/dpkg/status.d/base": "Package: base-files\nVersion: 12.4\n",
      "/var/lib/dpkg/status.d/base.md5sums": "Package: no\nVersion: 1\n",
      "/var/lib/dpkg/status.d/tzdata": "Package: tzdata\nVersion: 2024a\n",
    });
    expect(packages?.facts.installedCount).toBe(2);
    expect(await packages?.versionOf("tzdata")).toBe("2024a");
  });

  it.each(["/lib/apk/db/installed", "/usr/lib/apk/db/installed"])("reads apk's %s", async (path) => {
    const text = `C:Q1abc=\nP:musl\nV:1.2.4-r2\nA:x86_64\nF:lib\nR:P:fake\n\nC:Q1x=\nP:cloud-init\nV:23.2.1-r3\n\n`;
    const packages = await read({ [path]: text });
    expect(packages?.facts).toEqual({ manager: "apk", database: null, installedCount: 2 });
    expect(await packages?.versionOf("cloud-init")).toBe("23.2.1-r3");
  });

  it("reads pacman's folders", async () => {
    const packages = await read({
      "/var/lib/pacman/local/ALPM_DB_VERSION": "9\n",
      "/var/lib/pacman/local/cloud-init-23.4.1-1/desc": "%NAME%\ncloud-init\n",
      "/var/lib/pacman/local/linux-6.6.7.arch1-1/desc": "",
      "/var/lib/pacman/local/linux-firmware-20231211.f2e52a1c-1/desc": "",
    });
    expect(packages?.facts).toEqual({ manager: "pacman", database: null, installedCount: 3 });
    expect(await packages?.versionOf("linux")).toBe("6.6.7.arch1-1");
    expect(await packages?.versionOf("cloud-init")).toBe("23.4.1-1");
  });

  it("reads portage's folders", async () => {
    const packages = await read({
      "/var/db/pkg/app-emulation/cloud-init-23.2.2-r1/PF": "",
      "/var/db/pkg/sys-kernel/gentoo-kernel-bin-6.1.60/PF": "",
      "/var/db/pkg/virtual/libc-1-r1/PF": "",
    });
    expect(packages?.facts).toEqual({ manager: "portage", database: null, installedCount: 3 });
    expect(await packages?.versionOf("cloud-init")).toBe("23.2.2-r1");
    expect(await packages?.versionOf("gentoo-kernel-bin")).toBe("6.1.60");
  });

  it("reads FreeBSD's pkg", async () => {
    const folder = await mkdtemp(join(tmpdir(), "gs-pkg-"));
    const path = join(folder, "local.sqlite");
    const database = new DatabaseSync(path);
    database.exec(`CREATE TABLE packages (id INTEGER PRIMARY KEY, origin TEXT NOT NULL, name TEXT NOT NULL,
      version TEXT NOT NULL, comment TEXT NOT NULL, UNIQUE(name));
      INSERT INTO packages VALUES (1, 'net/cloud-init', 'py311-cloud-init', '24.1.4_3', 'x'),
      (2, 'ports-mgmt/pkg', 'pkg', '1.21.3', 'x')`);
    database.close();
    const packages = await read({ "/var/db/pkg/local.sqlite": await readFile(path) });
    await rm(folder, { recursive: true });
    expect(packages?.facts).toEqual({ manager: "pkg", database: "sqlite", installedCount: 2 });
    expect(await packages?.versionOf("pkg")).toBe("1.21.3");
    expect(await packages?.versionOf("py311-cloud-init")).toBe("24.1.4_3");
  });

  it("takes the database that holds packages, not an empty one of foreign tools", async () => {
    const packages = await read({
      "/var/lib/dpkg/status": "",
      "/lib/apk/db/installed": "P:musl\nV:1\n\n",
    });
    expect(packages?.facts.manager).toBe("apk");
    expect((await read({ "/var/lib/dpkg/status": "" }))?.facts.installedCount).toBe(0);
    expect(await read({ "/etc/passwd": "" })).toBeNull();
  });
});
