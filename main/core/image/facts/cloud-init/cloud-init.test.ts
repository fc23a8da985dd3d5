import { describe, expect, it } from "vitest";
import { createMemoryTree, type MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import { readInitSystem } from "#core/image/facts/init-system.ts";
import { parseCloudConfig } from "./cloud-config.ts";
import { readCloudInit } from "./cloud-init.ts";
import { fromCommandLine } from "./datasource.ts";

const system = "/etc/systemd/system";
const installed: MemoryFiles = {
  "/usr/lib/systemd/systemd": "ELF",
  "/usr/lib/systemd/system-generators/cloud-init-generator": "#!/bin/sh",
  [`${system}/cloud-init.target.wants/cloud-init-local.service`]: {
    link: "/lib/systemd/system/cloud-init-local.service",
  },
  [`${system}/cloud-init.target.wants/cloud-init.service`]: {
    link: "/lib/systemd/system/cloud-init.service",
  },
  "/var/lib/dpkg/status":
    "Package: cloud\nStatus: install ok installed\nVersion: 9\n\nPackage: cloud-init\nStatus: install ok installed\nVersion: 22.4.2-1+deb12u4\n\n",
  "/etc/cloud/cloud.cfg": "users:\n - default\ncloud_init_modules:\n - migrator\n - ssh\n",
};

async function read(files: MemoryFiles, commandLine: string | null = null) {
  const tree = createMemoryTree({ ...installed, ...files });
  const notes: string[] = [];
  const line =
    commandLine === null ? null : { text: commandLine, where: { path: "/boot/grub/grub.cfg", line: 7 } };
  return { facts: await readCloudInit(tree, await readInitSystem(tree), line, notes), notes };
}

describe("cloud-init", () => {
  it("finds version and state of a fresh installation", async () => {
    expect((await read({})).facts).toEqual({
      version: "22.4.2-1+deb12u4",
      enabledAtBoot: true,
      disabledBy: null,
      datasourceList: null,
      decidedBy: null,
      leftoverInstances: [],
    });
  });

  it("takes the last file that sets the list, with its line", async () => {
    const { facts } = await read({
      "/etc/cloud/cloud.cfg": "datasource_list: [Ec2]\n",
      "/etc/cloud/cloud.cfg.d/90_dpkg.cfg":
        "# to update this file, run dpkg-reconfigure\ndatasource_list: [ NoCloud, ConfigDrive, None ]\n",
      "/etc/cloud/cloud.cfg.d/99-installer.cfg": "datasource:\n  None: {}\n\ndatasource_list:\n - None\n",
      "/etc/cloud/cloud.cfg.d/zz.disabled": "datasource_list: [Azure]\n",
    });
    expect(facts).toMatchObject({
      datasourceList: ["None"],
      decidedBy: { path: "/etc/cloud/cloud.cfg.d/99-installer.cfg", line: 4 },
    });
  });

  it("takes a datasource of the kernel command line before all files", async () => {
    const list = {
      "/etc/cloud/cloud.cfg": "datasource_list: [Ec2]\n",
      "/etc/cloud/ds-identify.cfg": "datasource: Azure\n",
    };
    expect((await read(list, "ro ci.ds=nocloud quiet")).facts).toMatchObject({
      datasourceList: ["NoCloud", "None"],
      decidedBy: { path: "/boot/grub/grub.cfg", line: 7 },
    });
    expect((await read(list, "ro quiet")).facts).toMatchObject({
      datasourceList: ["Azure", "None"],
      decidedBy: { path: "/etc/cloud/ds-identify.cfg", line: 1 },
    });
    expect(fromCommandLine("ds=nocloud-net;s=http://x/ quiet")).toBe("NoCloud");
    expect(fromCommandLine("brads=x adds=y")).toBeNull();
  });

  it.each<[string, MemoryFiles, string | null, { path: string; line: number | null }]>([
    [
      "a file",
      { "/etc/cloud/cloud-init.disabled": "" },
      null,
      { path: "/etc/cloud/cloud-init.disabled", line: null },
    ],
    ["the command line", {}, "ro cloud-init=disabled", { path: "/boot/grub/grub.cfg", line: 7 }],
    [
      "ds-identify",
      { "/etc/cloud/ds-identify.cfg": "\npolicy: disabled\n" },
      null,
      { path: "/etc/cloud/ds-identify.cfg", line: 2 },
    ],
    [
      "a mask",
      { [`${system}/cloud-init.service`]: { link: "/dev/null" } },
      null,
      { path: `${system}/cloud-init.service`, line: null },
    ],
  ])("is disabled by %s", async (_name, files, commandLine, where) => {
    expect((await read(files, commandLine)).facts).toMatchObject({ enabledAtBoot: false, disabledBy: where });
  });

  it("is not started without its links or without the generator", async () => {
    const local = `${system}/cloud-init.target.wants/cloud-init-local.service`;
    expect((await read({ [`${system}/cloud-init.target.wants`]: null })).facts).toMatchObject({
      enabledAtBoot: false,
      disabledBy: null,
    });
    expect((await read({ "/usr/lib/systemd/system-generators": null })).facts).toMatchObject({
      enabledAtBoot: false,
    });
    expect(installed[local]).toBeDefined();
  });

  it("finds versions without dpkg, and none where the package was removed", async () => {
    const version = '__VERSION__ = "24.1.4"\n_PACKAGED_VERSION = "@@PACKAGED_VERSION@@"\n';
    const python = {
      "/var/lib/dpkg": null,
      "/usr/lib/python3.9/site-packages/cloudinit/version.py": version,
    };
    expect((await read(python)).facts?.version).toBe("24.1.4");
    const removed = "Package: cloud-init\nStatus: deinstall ok config-files\nVersion: 1\n";
    expect((await read({ "/var/lib/dpkg/status": removed })).facts).toBeNull();
  });

  it("lists what an earlier boot left behind", async () => {
    expect((await read({ "/var/lib/cloud/instances/i-123/sem": null })).facts?.leftoverInstances).toEqual([
      "i-123",
    ]);
  });

  it("notes a file that is no YAML and goes on", async () => {
    const { facts, notes } = await read({
      "/etc/cloud/cloud.cfg.d/10.cfg": "datasource_list: [A]\n",
      "/etc/cloud/cloud.cfg.d/20.cfg": "datasource_list: [B\n foo: }",
    });
    expect(facts?.datasourceList).toEqual(["A"]);
    expect(notes).toEqual(["cloud-init cannot read /etc/cloud/cloud.cfg.d/20.cfg: it is not valid YAML."]);
  });
});

describe("parseCloudConfig", () => {
  it("does not expand an alias bomb", () => {
    const rows = Array.from(
      { length: 30 },
      (_v, i) => `a${i + 1}: &a${i + 1} [${"*a" + i},${"*a" + i},${"*a" + i},${"*a" + i}]`,
    );
    const bomb = ["a0: &a0 [x, x, x, x]", ...rows, "datasource_list: *a30"].join("\n");
    const startedMs = performance.now();
    parseCloudConfig(bomb)?.list("datasource_list");
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });

  it("reads aliases, [name, frequency] pairs, nulls and repeated keys as PyYAML does", () => {
    const text =
      "x: &list [NoCloud, null]\ndatasource_list: [A]\ndatasource_list: *list\nmods:\n - [ssh, always]\n";
    const config = parseCloudConfig(text);
    expect(config?.list("datasource_list")).toEqual({ value: ["NoCloud", "None"], line: 3 });
    expect(config?.list("mods")?.value).toEqual(["ssh"]);
    expect(config?.list("nothing")).toBeNull();
  });

  it("answers null for what is no mapping and survives deep nesting", () => {
    expect(parseCloudConfig("- a\n- b\n")).toBeNull();
    expect(parseCloudConfig("")?.list("x")).toBeNull();
    const startedMs = performance.now();
    expect(parseCloudConfig("[".repeat(100_000))).toBeNull();
    expect(parseCloudConfig("- ".repeat(100_000))).toBeNull();
    expect(performance.now() - startedMs).toBeLessThan(500);
  });
});
