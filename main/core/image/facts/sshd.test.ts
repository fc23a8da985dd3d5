import { describe, expect, it } from "vitest";
import { createMemoryTree, type MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
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
const cloudInit = {
  version: "22.4.2",
  enabledAtBoot: true,
  disabledBy: null,
  datasourceList: null,
  decidedBy: null,
  leftoverInstances: [],
};
const cloudConfig = { "/etc/cloud/cloud.cfg": "cloud_init_modules:\n - ssh\n" };

async function read(files: MemoryFiles, withCloudInit = false) {
  const tree = createMemoryTree(files);
  return readSshd(tree, await readInitSystem(tree), withCloudInit ? cloudInit : null);
}

describe("sshd with systemd", () => {
  it("is enabled by a link", async () => {
    expect(await read(enabled)).toEqual({
      binaryPath: "/usr/sbin/sshd",
      enabledAtBoot: true,
      enabledBy: { path: `${etc}/multi-user.target.wants/ssh.service`, line: null },
      maskedBy: null,
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
    expect((await read({ ...enabled, ...cloudConfig }, true)).hostKeysRegeneratedBy).toBe("cloud-init");
    expect(
      (await read({ ...enabled, "/etc/cloud/cloud.cfg": "cloud_init_modules: [write-files]\n" }, true))
        .hostKeysRegeneratedBy,
    ).toBeNull();
  });

  it("are made by a unit that is enabled, or by sshd's own unit", async () => {
    const unit = "[Service]\nExecStart=/usr/bin/ssh-keygen -A\n";
    const link = { [`${etc}/multi-user.target.wants/regen.service`]: { link: `${etc}/regen.service` } };
    expect((await read({ ...enabled, [`${etc}/regen.service`]: unit, ...link })).hostKeysRegeneratedBy).toBe(
      "regen.service",
    );
    expect((await read({ ...enabled, [`${etc}/regen.service`]: unit })).hostKeysRegeneratedBy).toBeNull();
    const fedora = {
      "/usr/lib/systemd/systemd": "ELF",
      "/usr/lib/systemd/system/sshd.service":
        "[Unit]\nWants=sshd-keygen.target\n[Service]\nExecStart=/usr/sbin/sshd -D\n",
      [`${etc}/multi-user.target.wants/sshd.service`]: { link: "/usr/lib/systemd/system/sshd.service" },
    };
    expect((await read(fedora)).hostKeysRegeneratedBy).toBe("sshd.service");
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
