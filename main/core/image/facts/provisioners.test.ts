import { describe, expect, it } from "vitest";
import { createMemoryTree, type MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import { readInitSystem } from "./init-system.ts";
import { readProvisioners } from "./provisioners.ts";

async function read(files: MemoryFiles, commandLine = "") {
  const tree = createMemoryTree(files);
  return readProvisioners(tree, await readInitSystem(tree, commandLine), commandLine);
}
const systemd: MemoryFiles = { "/usr/lib/systemd/systemd": "ELF", "/etc/machine-id": "" };
const link = (unit: string): MemoryFiles => ({
  [`/usr/lib/systemd/system/${unit}`]: "[Unit]\n",
  [`/etc/systemd/system/multi-user.target.wants/${unit}`]: { link: `/usr/lib/systemd/system/${unit}` },
});

describe("provisioners", () => {
  it("Fedora CoreOS: ignition by its flag, afterburn by its unit", async () => {
    const dracut = "/usr/lib/dracut/modules.d/30ignition/ignition";
    const files = { ...systemd, [dracut]: "ELF", "/usr/bin/afterburn": "ELF" };
    expect(await read(files)).toEqual([
      { name: "ignition", path: dracut, enabledAtBoot: false },
      { name: "afterburn", path: "/usr/bin/afterburn", enabledAtBoot: false },
    ]);
    const first = { ...files, "/boot/ignition.firstboot": "", ...link("afterburn-sshkeys@core.service") };
    expect((await read(first)).map(({ enabledAtBoot }) => enabledAtBoot)).toEqual([true, true]);
    expect((await read(files, "ro ignition.firstboot ignition.platform.id=qemu"))[0]?.enabledAtBoot).toBe(
      true,
    );
  });

  it.each<[string, MemoryFiles, object]>([
    [
      "Alpine's tiny-cloud",
      {
        "/sbin/openrc": "",
        "/etc/init.d/tiny-cloud-early": "",
        "/etc/runlevels/default/tiny-cloud-early": { link: "x" },
      },
      { name: "tiny-cloud", path: "/etc/init.d/tiny-cloud-early", enabledAtBoot: true },
    ],
    [
      "FreeBSD's nuageinit at the first boot",
      {
        "/etc/defaults/rc.conf": "",
        "/usr/libexec/nuageinit": "",
        "/etc/rc.conf": 'nuageinit_enable="YES"\n',
        "/firstboot": "",
      },
      { name: "nuageinit", path: "/usr/libexec/nuageinit", enabledAtBoot: true },
    ],
    [
      "nuageinit later",
      {
        "/etc/defaults/rc.conf": "",
        "/usr/libexec/nuageinit": "",
        "/etc/rc.conf": 'nuageinit_enable="YES"\n',
      },
      { name: "nuageinit", path: "/usr/libexec/nuageinit", enabledAtBoot: false },
    ],
    [
      "waagent, masked",
      {
        ...systemd,
        "/usr/sbin/waagent": "",
        ...link("walinuxagent.service"),
        "/etc/systemd/system/walinuxagent.service": { link: "/dev/null" },
      },
      { name: "waagent", path: "/usr/sbin/waagent", enabledAtBoot: false },
    ],
    [
      "Google's agent",
      { ...systemd, "/usr/bin/google_guest_agent": "", ...link("google-guest-agent.service") },
      { name: "google-guest-agent", path: "/usr/bin/google_guest_agent", enabledAtBoot: true },
    ],
    [
      "cloudbase-init",
      { "/Program Files/Cloudbase Solutions/Cloudbase-Init/Python/Scripts/cloudbase-init.exe": "MZ" },
      {
        name: "cloudbase-init",
        path: "/Program Files/Cloudbase Solutions/Cloudbase-Init/Python/Scripts/cloudbase-init.exe",
        enabledAtBoot: true,
      },
    ],
  ])("%s", async (_name, files, expected) => {
    expect(await read(files)).toEqual([expected]);
  });

  it("none", async () => {
    expect(await read(systemd)).toEqual([]);
  });
});
