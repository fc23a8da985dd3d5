import { describe, expect, it } from "vitest";
import { readInitSystem } from "#core/image/facts/init-system.ts";
import { createMemoryTree, type MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import { matchesGlob } from "./glob.ts";
import { parseUnit, wordsOf } from "./unit-file.ts";

const etc = "/etc/systemd/system";
const lib = "/usr/lib/systemd/system";
const base: MemoryFiles = { "/usr/lib/systemd/systemd": "ELF", "/etc/machine-id": "" };
const sshd = "[Service]\nExecStart=/usr/sbin/sshd -D\n[Install]\nWantedBy=multi-user.target\n";
const init = (files: MemoryFiles, commandLine = "") =>
  readInitSystem(createMemoryTree({ ...base, ...files }), commandLine);

describe("what default.target reaches", () => {
  const graphicalOnly: MemoryFiles = {
    [`${lib}/app.service`]: "x",
    [`${etc}/graphical.target.wants/app.service`]: { link: `${lib}/app.service` },
    [`${lib}/default.target`]: { link: "graphical.target" },
  };
  it("follows the link, and the kernel's word before it", async () => {
    expect(await (await init(graphicalOnly)).enabledBy("app.service")).toBe(
      `${etc}/graphical.target.wants/app.service`,
    );
    const multiUser = { ...graphicalOnly, [`${etc}/default.target`]: { link: `${lib}/multi-user.target` } };
    expect(await (await init(multiUser)).enabledBy("app.service")).toBeNull();
    expect(
      await (await init(multiUser, "systemd.unit=graphical.target")).enabledBy("app.service"),
    ).not.toBeNull();
    expect(
      await (await init(graphicalOnly, "systemd.unit=rescue.target")).enabledBy("app.service"),
    ).toBeNull();
  });

  it("goes on through targets of the image's own, devices, and not through masked ones", async () => {
    const files: MemoryFiles = {
      [`${lib}/own.target`]: "[Unit]\nRequires=deep.service\n",
      [`${etc}/multi-user.target.requires/own.target`]: { link: `${lib}/own.target` },
      [`${etc}/own.target.upholds/agent.service`]: { link: `${lib}/agent.service` },
      [`${etc}/dev-virtio.device.wants/qga.service`]: { link: `${lib}/qga.service` },
      [`${etc}/never.target.wants/never.service`]: { link: `${lib}/never.service` },
    };
    const found = await init(files);
    expect(await found.enabledBy("deep.service")).toBe(`${lib}/own.target`);
    expect(await found.enabledBy("agent.service")).toBe(`${etc}/own.target.upholds/agent.service`);
    expect(await found.enabledBy("qga.service")).toBe(`${etc}/dev-virtio.device.wants/qga.service`);
    expect(await found.enabledBy("never.service")).toBeNull();
    const masked = await init({ ...files, [`${etc}/own.target`]: { link: "/dev/null" } });
    expect(await masked.enabledBy("agent.service")).toBeNull();
  });

  it("survives rings and a wants folder of thousands", async () => {
    const ring: MemoryFiles = {
      [`${etc}/multi-user.target.wants/a.target`]: { link: "x" },
      [`${etc}/a.target.wants/b.target`]: { link: "x" },
      [`${etc}/b.target.wants/a.target`]: { link: "x" },
      [`${etc}/self.service`]: { link: "self.service" },
    };
    const many = Object.fromEntries(
      Array.from({ length: 5000 }, (_v, i) => [`${etc}/b.target.wants/u${i}.service`, { link: "x" }]),
    );
    const found = await init({ ...ring, ...many });
    expect((await found.enabledUnits()).length).toBeLessThanOrEqual(3000);
    expect(await found.unitPath("self.service")).toBeNull();
  });
});

describe("aliases, templates and folders", () => {
  it("finds a unit by its alias and an instance by its template", async () => {
    const found = await init({
      "/lib/systemd/system/ssh.service": sshd,
      "/lib/systemd/system/getty@.service": "[Service]\nExecStart=-/sbin/agetty\n",
      [`${etc}/sshd.service`]: { link: "/lib/systemd/system/ssh.service" },
      [`${etc}/multi-user.target.wants/ssh.service`]: { link: "/lib/systemd/system/ssh.service" },
      [`${etc}/getty.target.wants/getty@tty1.service`]: { link: "/lib/systemd/system/getty@.service" },
    });
    expect(await found.enabledBy("sshd.service")).toBe(`${etc}/multi-user.target.wants/ssh.service`);
    expect(await found.unitPath("sshd.service")).toBe("/lib/systemd/system/ssh.service");
    expect(await found.enabledBy("getty@tty1.service")).toBe(`${etc}/getty.target.wants/getty@tty1.service`);
    expect(await found.unitPath("getty@tty1.service")).toBe("/lib/systemd/system/getty@.service");
    expect(await found.maskedBy("ssh.service")).toBeNull();
  });

  it("lets /etc's file count before the others, on a merged /usr too", async () => {
    const found = await init({
      "/lib": { link: "usr/lib" },
      [`${lib}/x.service`]: sshd,
      [`${etc}/x.service`]: "",
    });
    expect(await found.unitPath("x.service")).toBe(`${etc}/x.service`);
    expect(await found.maskedBy("x.service")).toBe(`${etc}/x.service`);
  });

  it("starts scripts that have no unit", async () => {
    const script: MemoryFiles = {
      "/etc/init.d/old": "#!/bin/sh",
      "/etc/rc3.d/S10old": { link: "../init.d/old" },
    };
    const generator = { "/usr/lib/systemd/system-generators/systemd-sysv-generator": "ELF" };
    expect(await (await init(script)).enabledBy("old.service")).toBeNull();
    expect(await (await init({ ...script, ...generator })).enabledBy("old.service")).toBe(
      "/etc/rc3.d/S10old",
    );
  });
});

describe("presets at the first boot", () => {
  const preset = "/usr/lib/systemd/system-preset";
  const fedora: MemoryFiles = {
    [`${lib}/sshd.service`]: sshd,
    [`${lib}/other.service`]: sshd,
    [`${lib}/static.service`]: "[Service]\nExecStart=/bin/true\n",
    [`${preset}/90-default.preset`]: "# Fedora\nenable sshd.*\nenable static.service\n",
    [`${preset}/99-default-disable.preset`]: "disable *\n",
    "/etc/machine-id": "uninitialized\n",
  };
  it("enables what the first matching line says, only then", async () => {
    const found = await init(fedora);
    expect(await found.startedBy("sshd.service")).toEqual({ path: `${preset}/90-default.preset`, line: 2 });
    expect(await found.startedBy("other.service")).toBeNull();
    expect(await found.startedBy("static.service")).toBeNull();
    const later = await init({ ...fedora, "/etc/machine-id": `${"a".repeat(32)}\n` });
    expect(await later.startedBy("sshd.service")).toBeNull();
    expect(await (await init({ ...fedora, "/etc/machine-id": "" })).startedBy("sshd.service")).toBeNull();
    const forced = await init({ ...fedora, "/etc/machine-id": "" }, "systemd.condition-first-boot=1");
    expect(await forced.startedBy("sshd.service")).not.toBeNull();
  });

  it("/etc's file hides one of the same name, a mask wins, and without a line units are enabled", async () => {
    const hidden = await init({
      ...fedora,
      "/etc/systemd/system-preset/90-default.preset": "disable sshd.service\n",
    });
    expect(await hidden.startedBy("sshd.service")).toBeNull();
    const masked = await init({ ...fedora, [`${etc}/sshd.service`]: { link: "/dev/null" } });
    expect(await masked.startedBy("sshd.service")).toBeNull();
    const debian = await init({ [`${lib}/x.service`]: sshd, "/etc/machine-id": "uninitialized" });
    expect(await debian.startedBy("x.service")).toEqual({ path: "/etc/machine-id", line: null });
  });
});

describe("unit files", () => {
  it("join lines, skip comments, reset lists", () => {
    const settings = parseUnit(
      "[Unit]\nWants=a \\\n# between\n  b\n;x\nWants=\nWants=c\n[X]\nno equals\n",
      "p",
    );
    expect(settings.map(({ key, value, where }) => [key, value, where.line])).toEqual([
      ["Wants", "a b", 2],
      ["Wants", "", 6],
      ["Wants", "c", 7],
    ]);
    expect(wordsOf(settings, "Wants")).toEqual(["c"]);
  });

  it("drop-ins count by name over all folders, for templates and types too", async () => {
    const found = await init({
      [`${lib}/a@.service`]: "[Service]\nExecStart=/1\n",
      [`${lib}/a@.service.d/10.conf`]: "[Service]\nExecStart=\n",
      [`${etc}/a@x.service.d/20.conf`]: "[Service]\nExecStart=/2\n",
      [`${etc}/service.d/30.conf`]: "[Unit]\nConditionFirstBoot=yes\n",
      [`${lib}/service.d/30.conf`]: "[Unit]\nConditionFirstBoot=no\n",
    });
    expect((await found.settingsOf("a@x.service")).map(({ value }) => value)).toEqual([
      "/1",
      "",
      "/2",
      "yes",
    ]);
    expect(await found.heldBackBy("a@x.service")).toEqual({ path: `${etc}/service.d/30.conf`, line: 2 });
  });
});

describe("matchesGlob", () => {
  it.each([
    ["en*", "enp1s0", true],
    ["en*", "eth0", false],
    ["*", "", true],
    ["?", "", false],
    ["[a-c]x", "bx", true],
    ["[!a-c]x", "bx", false],
    ["a\\*", "a*", true],
    ["a[", "a[", true],
    ["*.conf", "50-x.conf", true],
  ])("%s against %s: %s", (pattern, text, expected) => {
    expect(matchesGlob(pattern, text)).toBe(expected);
  });

  it("is not slowed down by stars", () => {
    const startedMs = performance.now();
    expect(matchesGlob("*a".repeat(200), "a".repeat(5000) + "b")).toBe(false);
    expect(performance.now() - startedMs).toBeLessThan(500);
  });
});

describe("other init systems", () => {
  const other = async (files: MemoryFiles) => readInitSystem(createMemoryTree(files));
  it("Void's runit, with a service that is down", async () => {
    const found = await other({
      "/etc/runit/1": "",
      "/etc/sv/sshd/run": "#!/bin/sh\nssh-keygen -A\nexec sshd -D\n",
      "/etc/runit/runsvdir/default/sshd": { link: "/etc/sv/sshd" },
      "/etc/sv/acpid/run": "",
      "/etc/sv/acpid/down": "",
      "/etc/runit/runsvdir/default/acpid": { link: "/etc/sv/acpid" },
    });
    expect(found.kind).toBe("runit");
    expect(await found.enabledBy("sshd.service")).toBe("/etc/runit/runsvdir/default/sshd");
    expect(await found.unitPath("sshd.service")).toBe("/etc/sv/sshd/run");
    expect(await found.maskedBy("acpid")).toBe("/etc/runit/runsvdir/default/acpid/down");
  });

  it("FreeBSD's rc.conf, the last word counts", async () => {
    const found = await other({
      "/etc/defaults/rc.conf": 'sshd_enable="NO"\n',
      "/etc/rc.conf": 'sshd_enable="YES" # login\nqemu_guest_agent_enable=YES\n',
      "/etc/rc.d/sshd": "#!/bin/sh\n",
    });
    expect(found.kind).toBe("bsd-rc");
    expect(await found.startedBy("sshd.service")).toEqual({ path: "/etc/rc.conf", line: 1 });
    expect(await found.enabledBy("qemu-guest-agent.service")).toBe("/etc/rc.conf");
    expect(await found.enabledBy("ntpd")).toBeNull();
    expect(await found.unitPath("sshd.service")).toBe("/etc/rc.d/sshd");
  });
});
