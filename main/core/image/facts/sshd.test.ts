import { describe, expect, it } from "vitest";
import { createMemoryTree, type MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import { readCloudInit } from "./cloud-init/cloud-init.ts";
import { readInitSystem } from "./init-system.ts";
import { readSshd } from "./sshd.ts";

const etc = "/etc/systemd/system";
const systemd: MemoryFiles = {
  "/usr/lib/systemd/systemd": "ELF",
  "/usr/sbin/sshd": "ELF",
  "/lib/systemd/system/ssh.service":
    "[Service]\nExecStartPre=/usr/sbin/sshd -t\nExecStart=/usr/sbin/sshd -D\n",
};
const enabled: MemoryFiles = {
  ...systemd,
  [`${etc}/multi-user.target.wants/ssh.service`]: { link: "/lib/systemd/system/ssh.service" },
};

async function read(files: MemoryFiles, commandLine = "") {
  const tree = createMemoryTree(files);
  const init = await readInitSystem(tree, commandLine);
  return readSshd(tree, init, await readCloudInit(tree, init, null, null, []));
}

describe("sshd with systemd", () => {
  it("is enabled by a link", async () => {
    expect(await read(enabled)).toEqual({
      binaryPath: "/usr/sbin/sshd",
      enabledAtBoot: true,
      enabledBy: { path: `${etc}/multi-user.target.wants/ssh.service`, line: null },
      maskedBy: null,
      settings: {},
      matchBlocks: [],
      hostKeys: [],
      hostKeysRegeneratedBy: null,
    });
    const socket = {
      ...systemd,
      "/lib/systemd/system/ssh.socket": "[Socket]\n",
      [`${etc}/sockets.target.wants/ssh.socket`]: { link: "/lib/systemd/system/ssh.socket" },
    };
    expect(await read(socket)).toMatchObject({ enabledAtBoot: true });
  });

  it.each<[string, MemoryFiles, string | null]>([
    ["without a link", systemd, null],
    ["with a mask", { ...enabled, [`${etc}/ssh.service`]: { link: "/dev/null" } }, `${etc}/ssh.service`],
    ["with an empty unit", { ...enabled, [`${etc}/ssh.service`]: "" }, `${etc}/ssh.service`],
    ["with Debian's veto", { ...enabled, "/etc/ssh/sshd_not_to_be_run": "" }, "/etc/ssh/sshd_not_to_be_run"],
    [
      "with a link to nothing",
      {
        ...systemd,
        "/lib/systemd/system/ssh.service": null,
        [`${etc}/multi-user.target.wants/ssh.service`]: { link: "/lib/systemd/system/ssh.service" },
      },
      null,
    ],
  ])("is off %s", async (_name, files, maskedBy) => {
    const facts = await read(files);
    expect(facts.enabledAtBoot).toBe(false);
    expect(facts.maskedBy?.path ?? null).toBe(maskedBy);
  });

  it("is missing", async () => {
    expect(await read({ "/usr/lib/systemd/systemd": "ELF" })).toMatchObject({
      binaryPath: null,
      enabledAtBoot: false,
    });
  });
});

describe("host keys", () => {
  it("are listed", async () => {
    const keys = {
      "/etc/ssh/ssh_host_ed25519_key": "k",
      "/etc/ssh/ssh_host_ed25519_key.pub": "p",
      "/etc/ssh/sshd_config": "",
    };
    expect((await read({ ...enabled, ...keys })).hostKeys).toEqual(["/etc/ssh/ssh_host_ed25519_key"]);
  });

  it("are made by cloud-init only where its ssh module runs", async () => {
    const withModules = (modules: string): MemoryFiles => ({
      ...enabled,
      "/usr/bin/cloud-init": "#!/usr/bin/python3",
      "/usr/lib/systemd/system-generators/cloud-init-generator": "#!/bin/sh",
      [`${etc}/cloud-init.target.wants/cloud-init-local.service`]: { link: "x" },
      [`${etc}/cloud-init.target.wants/cloud-init.service`]: { link: "x" },
      "/etc/cloud/cloud.cfg": `cloud_init_modules: [ ${modules} ]\n`,
    });
    expect((await read(withModules("ssh"))).hostKeysRegeneratedBy).toBe("cloud-init");
    expect((await read(withModules("write-files"))).hostKeysRegeneratedBy).toBeNull();
    const off = { ...withModules("ssh"), "/etc/cloud/cloud-init.disabled": "" };
    expect((await read(off)).hostKeysRegeneratedBy).toBeNull();
  });

  it("are made by a unit that is enabled, or by sshd's own unit", async () => {
    const unit = "[Service]\nExecStart=/usr/bin/ssh-keygen -A\n";
    const link = { [`${etc}/multi-user.target.wants/regen.service`]: { link: `${etc}/regen.service` } };
    expect((await read({ ...enabled, [`${etc}/regen.service`]: unit, ...link })).hostKeysRegeneratedBy).toBe(
      "regen.service",
    );
    expect((await read({ ...enabled, [`${etc}/regen.service`]: unit })).hostKeysRegeneratedBy).toBeNull();
  });

  it("are made by the units that Fedora's, Red Hat's and Arch's sshd pull in", async () => {
    const fedora: MemoryFiles = {
      "/usr/lib/systemd/systemd": "ELF",
      "/usr/lib/systemd/system/sshd.service":
        "[Unit]\nWants=sshd-keygen.target\n[Service]\nExecStart=/usr/sbin/sshd -D\n",
      "/usr/lib/systemd/system/sshd-keygen.target":
        "[Unit]\nWants=sshd-keygen@rsa.service\nWants=sshd-keygen@ed25519.service\n",
      "/usr/lib/systemd/system/sshd-keygen@.service":
        "[Unit]\nConditionPathExists=!/run/systemd/generator.early/multi-user.target.wants/cloud-init.target\n[Service]\nExecStart=/usr/libexec/openssh/sshd-keygen %i\n",
      [`${etc}/multi-user.target.wants/sshd.service`]: { link: "/usr/lib/systemd/system/sshd.service" },
    };
    expect((await read(fedora)).hostKeysRegeneratedBy).toBe("sshd-keygen.target");
    const masked = { ...fedora, [`${etc}/sshd-keygen@.service`]: { link: "/dev/null" } };
    expect((await read(masked)).hostKeysRegeneratedBy).toBeNull();
    const arch: MemoryFiles = {
      "/usr/lib/systemd/systemd": "ELF",
      "/usr/lib/systemd/system/sshd.service":
        "[Unit]\nWants=sshdgenkeys.service\n[Service]\nExecStart=/usr/bin/sshd -D\n",
      "/usr/lib/systemd/system/sshdgenkeys.service":
        "[Unit]\nConditionPathExists=|!/etc/ssh/ssh_host_rsa_key\n[Service]\nExecStart=/usr/bin/ssh-keygen -A\n",
      [`${etc}/multi-user.target.wants/sshd.service`]: { link: "/usr/lib/systemd/system/sshd.service" },
    };
    expect((await read(arch)).hostKeysRegeneratedBy).toBe("sshdgenkeys.service");
  });
});

describe("sshd's configuration", () => {
  it("takes the first value, includes where they stand, and keeps Match apart", async () => {
    const facts = await read({
      ...enabled,
      "/etc/ssh/sshd_config": `Include /etc/ssh/sshd_config.d/*.conf
Port 22
Port 2222
PermitRootLogin yes # for the installer
passwordauthentication yes
AllowUsers admin "build user"
Match User build Address 10.0.0.0/8
  PasswordAuthentication no
Match all
X11Forwarding no
`,
      "/etc/ssh/sshd_config.d/50-cloud-init.conf": "PasswordAuthentication no\n",
      "/etc/ssh/sshd_config.d/60-last.conf":
        "PasswordAuthentication yes\nChallengeResponseAuthentication no\n",
      "/etc/ssh/sshd_config.d/.hidden.conf": "PermitRootLogin no\n",
    });
    const config = (path: string, line: number) => ({ path: `/etc/ssh/${path}`, line });
    expect(facts.settings).toEqual({
      passwordauthentication: { value: "no", where: config("sshd_config.d/50-cloud-init.conf", 1) },
      kbdinteractiveauthentication: { value: "no", where: config("sshd_config.d/60-last.conf", 2) },
      port: { value: "22 2222", where: config("sshd_config", 2) },
      permitrootlogin: { value: "yes", where: config("sshd_config", 4) },
      allowusers: { value: "admin build user", where: config("sshd_config", 6) },
      x11forwarding: { value: "no", where: config("sshd_config", 10) },
    });
    expect(facts.matchBlocks).toEqual([
      { criteria: "User build Address 10.0.0.0/8", where: config("sshd_config", 7) },
    ]);
  });

  it("survives a file that includes itself", async () => {
    const facts = await read({
      ...enabled,
      "/etc/ssh/sshd_config": "Include sshd_config\nInclude sshd_config\nPort 1\n",
    });
    expect(facts.settings["port"]?.value.startsWith("1")).toBe(true);
  });
});

describe("sshd held back", () => {
  const unit = `${etc}/ssh.service.d/override.conf`;
  it.each<[string, MemoryFiles, string, { path: string; line: number | null } | null]>([
    [
      "by a drop-in's condition",
      { [unit]: "[Unit]\nConditionPathExists=/etc/ssh/go\n" },
      "",
      { path: unit, line: 2 },
    ],
    [
      "by a drop-in that clears its command",
      { [unit]: "[Service]\nExecStart=\n" },
      "",
      { path: unit, line: 2 },
    ],
    ["by the kernel", {}, "systemd.mask=ssh.service", { path: "the kernel command line", line: null }],
  ])("%s", async (_name, files, commandLine, maskedBy) => {
    expect(await read({ ...enabled, ...files }, commandLine)).toMatchObject({
      enabledAtBoot: false,
      maskedBy,
    });
  });

  it("not by a condition that another one makes up for, or that only the machine decides", async () => {
    const text =
      "[Unit]\nConditionPathExists=|/etc/ssh/go\nConditionPathExists=|!/etc/ssh/stop\nConditionPathExists=/run/x\n";
    expect((await read({ ...enabled, [unit]: text })).enabledAtBoot).toBe(true);
    const again = "[Service]\nExecStart=\nExecStart=/usr/sbin/sshd -D -e\n";
    expect((await read({ ...enabled, [unit]: again })).enabledAtBoot).toBe(true);
  });

  it("a socket whose service is masked", async () => {
    const files: MemoryFiles = {
      ...systemd,
      "/lib/systemd/system/ssh.socket": "[Socket]\nListenStream=22\nAccept=no\n",
      [`${etc}/sockets.target.wants/ssh.socket`]: { link: "/lib/systemd/system/ssh.socket" },
      [`${etc}/ssh.service`]: { link: "/dev/null" },
    };
    expect(await read(files)).toMatchObject({
      enabledAtBoot: false,
      maskedBy: { path: `${etc}/ssh.service`, line: null },
    });
  });
});

describe("sshd without systemd", () => {
  it("is enabled by OpenRC and by System V links", async () => {
    const alpine = {
      "/sbin/openrc": "",
      "/usr/sbin/sshd": "",
      "/etc/init.d/sshd": "ssh-keygen -A\n",
      "/etc/runlevels/default/sshd": { link: "/etc/init.d/sshd" },
    };
    expect(await read(alpine)).toMatchObject({
      enabledAtBoot: true,
      hostKeysRegeneratedBy: "/etc/init.d/sshd",
    });
    const sysv = {
      "/usr/sbin/sshd": "",
      "/etc/init.d/ssh": "x",
      "/etc/rc2.d/S16ssh": { link: "../init.d/ssh" },
    };
    expect(await read(sysv)).toMatchObject({ enabledBy: { path: "/etc/rc2.d/S16ssh", line: null } });
    expect(await read({ ...sysv, "/etc/rc2.d": null })).toMatchObject({ enabledAtBoot: false });
  });

  it("counts dropbear started by a boot script, with the line", async () => {
    const rc =
      "#!/bin/sh\n# dropbear comes last\nmount -a\n[ -f k ] || dropbearkey -t ed25519 -f k\ndropbear -s -r k\n";
    expect(await read({ "/usr/sbin/dropbear": "", "/etc/rc": rc })).toMatchObject({
      binaryPath: "/usr/sbin/dropbear",
      enabledAtBoot: true,
      enabledBy: { path: "/etc/rc", line: 5 },
      hostKeysRegeneratedBy: "/etc/rc",
    });
  });
});
