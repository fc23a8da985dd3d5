import { describe, expect, it } from "vitest";
import { createMemoryTree, type MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import { readInitSystem } from "#core/image/facts/init-system.ts";
import { readPackages } from "#core/image/facts/packages/packages.ts";
import { readCloudInit } from "./cloud-init.ts";

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
  "/usr/lib/cloud-init/ds-identify":
    'DI_DEFAULT_POLICY="search,found=all,maybe=none,notfound=${DI_DISABLED}"\nDI_DSLIST_DEFAULT="MAAS ConfigDrive \\\nNoCloud NWCS"\n    case x in\n            ci.ds) _rc_dsname="$val";;\n',
  "/etc/cloud/cloud.cfg": "users:\n - default\ncloud_init_modules:\n - migrator\n - ssh\n",
};

async function read(files: MemoryFiles, commandLine: string | null = null) {
  const tree = createMemoryTree({ ...installed, ...files });
  const notes: string[] = [];
  const line =
    commandLine === null ? null : { text: commandLine, where: { path: "/boot/grub/grub.cfg", line: 7 } };
  const init = await readInitSystem(tree, commandLine ?? "");
  return { facts: await readCloudInit(tree, init, await readPackages(tree), line, notes), notes };
}

describe("cloud-init", () => {
  it("finds version and state of a fresh installation", async () => {
    expect((await read({})).facts).toEqual({
      version: "22.4.2-1+deb12u4",
      enabledAtBoot: true,
      disabledBy: null,
      datasourceList: null,
      decidedBy: null,
      overruled: [],
      dsIdentify: {
        installed: true,
        policy: null,
        policyFrom: null,
        forced: null,
        forcedFrom: null,
        defaultPolicy: "search,found=all,maybe=none,notfound=disabled",
        defaultList: ["MAAS", "ConfigDrive", "NoCloud", "NWCS"],
        kernelDsForces: false,
        readsList: null,
        readsListFrom: null,
        foundInImage: [],
        maybeEc2: false,
        keepsInstance: null,
      },
      seeds: [],
      installerFiles: [],
      networkDisabledBy: null,
      disableRoot: null,
      sshPasswordAuth: null,
      sshDeleteKeys: null,
      preserveHostname: null,
      defaultUser: null,
      modules: ["migrator", "ssh"],
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
    expect((await read({}, "ds=nocloud-net;s=http://x/ quiet")).facts?.datasourceList).toBeNull();
    const newer = { "/usr/lib/cloud-init/ds-identify": '            ds) _rc_dsname="$val";;\n' };
    expect((await read(newer, "ds=nocloud-net;s=http://x/ quiet")).facts).toMatchObject({
      datasourceList: ["NoCloud", "None"],
      decidedBy: { path: "/boot/grub/grub.cfg", line: 7 },
    });
    expect((await read(newer, "brads=x adds=y")).facts?.datasourceList).toBeNull();
    expect(
      (await read({ ...newer, "/usr/lib/cloud-init/ds-identify": null }, "ds=x")).facts?.dsIdentify,
    ).toMatchObject({
      installed: false,
    });
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
    expect(notes).toEqual([
      "cloud-init cannot read /etc/cloud/cloud.cfg.d/20.cfg: it is not valid YAML, or far too large.",
    ]);
  });
});

describe("installers and clouds", () => {
  it("Ubuntu installed by subiquity: None forced by a file, the network by another", async () => {
    const { facts } = await read({
      "/etc/cloud/cloud.cfg":
        "users:\n  - default\ndisable_root: true\npreserve_hostname: false\nsystem_info:\n  default_user:\n    name: ubuntu\n",
      "/etc/cloud/cloud.cfg.d/90_dpkg.cfg":
        "# to update this file, run dpkg-reconfigure cloud-init\ndatasource_list: [ NoCloud, ConfigDrive, None ]\n",
      "/etc/cloud/cloud.cfg.d/90-installer-network.cfg":
        "# This is the network config written by 'subiquity'\nnetwork:\n  version: 2\n",
      "/etc/cloud/cloud.cfg.d/99-installer.cfg":
        "datasource:\n  None:\n    metadata: {instance-id: 6a}\n    userdata_raw: |\n      #cloud-config\n      preserve_hostname: true\ndatasource_list: [None]\n",
      "/etc/cloud/cloud.cfg.d/curtin-preserve-sources.cfg": "apt:\n  preserve_sources_list: true\n",
      "/etc/cloud/cloud.cfg.d/subiquity-disable-cloudinit-networking.cfg": "network: {config: disabled}\n",
      "/etc/cloud/ds-identify.cfg": "# written by the installer\npolicy: enabled\n",
    });
    const folder = "/etc/cloud/cloud.cfg.d";
    expect(facts).toMatchObject({
      enabledAtBoot: true,
      datasourceList: ["None"],
      decidedBy: { path: `${folder}/99-installer.cfg`, line: 7 },
      overruled: [{ path: `${folder}/90_dpkg.cfg`, line: 2 }],
      dsIdentify: { policy: "enabled", policyFrom: { path: "/etc/cloud/ds-identify.cfg", line: 2 } },
      seeds: [{ path: `${folder}/99-installer.cfg`, line: 2 }],
      installerFiles: [
        { path: `${folder}/90-installer-network.cfg`, line: null },
        { path: `${folder}/99-installer.cfg`, line: null },
        { path: `${folder}/curtin-preserve-sources.cfg`, line: null },
        { path: `${folder}/subiquity-disable-cloudinit-networking.cfg`, line: null },
        { path: "/etc/cloud/ds-identify.cfg", line: null },
      ],
      networkDisabledBy: { path: `${folder}/subiquity-disable-cloudinit-networking.cfg`, line: 1 },
      disableRoot: true,
      preserveHostname: false,
      defaultUser: "ubuntu",
    });
  });

  it("tells a list in block form from what ds-identify reads", async () => {
    const path = "/etc/cloud/cloud.cfg.d/95.cfg";
    const { facts } = await read({
      [path]: "datasource_list:\n  - NoCloud\n  - None\nssh_pwauth: unchanged\nssh_deletekeys: no\n",
    });
    expect(facts).toMatchObject({
      datasourceList: ["NoCloud", "None"],
      decidedBy: { path, line: 1 },
      dsIdentify: { readsList: null, readsListFrom: null },
      sshPasswordAuth: "unchanged",
      sshDeleteKeys: false,
    });
  });

  it("finds seeds, and what ds-identify makes of them", async () => {
    const { facts } = await read({
      "/var/lib/cloud/seed/nocloud/meta-data": "instance-id: x\n",
      "/var/lib/cloud/seed/nocloud/user-data": "",
      "/var/lib/cloud/seed/nocloud-net/meta-data": "only half",
      "/var/lib/cloud/seed/config_drive/openstack/2012-08-10/meta_data.json": "{}",
      "/var/lib/cloud/instance": { link: "/var/lib/cloud/instances/gone" },
    });
    expect(facts?.seeds.map(({ path }) => path)).toEqual([
      "/var/lib/cloud/seed/config_drive",
      "/var/lib/cloud/seed/nocloud",
      "/var/lib/cloud/seed/nocloud-net",
    ]);
    expect(facts?.dsIdentify?.foundInImage).toEqual([
      { datasource: "NoCloud", where: { path: "/var/lib/cloud/seed/nocloud", line: null } },
      {
        datasource: "ConfigDrive",
        where: { path: "/var/lib/cloud/seed/config_drive/openstack/2012-08-10", line: null },
      },
    ]);
    expect(facts?.leftoverInstances).toEqual(["gone"]);
  });

  it("reads cc: of the kernel command line after everything else", async () => {
    const { facts } = await read(
      { "/etc/cloud/ds-identify.cfg": "datasource: Azure\n" },
      "ro cc: datasource_list: ['ConfigDrive']\\nssh_pwauth: %74rue end_cc quiet",
    );
    expect(facts).toMatchObject({
      datasourceList: ["ConfigDrive"],
      decidedBy: { path: "/boot/grub/grub.cfg", line: 7 },
      overruled: [{ path: "/etc/cloud/ds-identify.cfg", line: 1 }],
      dsIdentify: { readsList: ["ConfigDrive"] },
    });
  });

  it("runs with OpenRC's and FreeBSD's links as well", async () => {
    const alpine: MemoryFiles = {
      "/sbin/openrc": "",
      "/usr/bin/cloud-init": "",
      "/etc/runlevels/boot/cloud-init-local": { link: "/etc/init.d/cloud-init-local" },
      "/etc/runlevels/default/cloud-init": { link: "/etc/init.d/cloud-init" },
    };
    const freebsd: MemoryFiles = {
      "/etc/defaults/rc.conf": "",
      "/usr/local/bin/cloud-init": "",
      "/etc/rc.conf": 'cloudinit_enable="YES"\n',
    };
    for (const files of [alpine, freebsd]) {
      const tree = createMemoryTree(files);
      const facts = await readCloudInit(tree, await readInitSystem(tree), null, null, []);
      expect(facts).toMatchObject({ version: null, enabledAtBoot: true, disabledBy: null });
    }
  });
});
