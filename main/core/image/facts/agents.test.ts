import { describe, expect, it } from "vitest";
import type { AgentFacts } from "#contract/facts-system.ts";
import { createMemoryTree, type MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import { readAgents } from "./agents.ts";
import { readInitSystem } from "./init-system.ts";

const systemd = {
  "/usr/lib/systemd/systemd": "",
  "/usr/lib/systemd/system/default.target": { link: "multi-user.target" },
  "/usr/lib/systemd/system/multi-user.target": "[Unit]\n",
};

async function agents(files: MemoryFiles): Promise<AgentFacts[]> {
  const tree = createMemoryTree(files);
  return readAgents(tree, await readInitSystem(tree));
}

describe("readAgents", () => {
  const qemu = {
    ...systemd,
    "/usr/sbin/qemu-ga": "",
    "/usr/lib/systemd/system/qemu-guest-agent.service": "[Service]\nExecStart=/usr/sbin/qemu-ga\n",
  };
  const rule =
    'SUBSYSTEM=="virtio-ports", ATTR{name}=="org.qemu.guest_agent.0", TAG+="systemd" ENV{SYSTEMD_WANTS}="qemu-guest-agent.service"\n';
  const agent = { name: "qemu-guest-agent", path: "/usr/sbin/qemu-ga" };

  it("takes a service that udev starts with the hypervisor's device for enabled", async () => {
    const withRule = { ...qemu, "/usr/lib/udev/rules.d/60-qemu-guest-agent.rules": rule };
    expect(await agents(withRule)).toEqual([{ ...agent, enabledAtBoot: true }]);
    expect(await agents(qemu)).toEqual([{ ...agent, enabledAtBoot: false }]);
    const masked = { ...withRule, "/etc/systemd/system/qemu-guest-agent.service": { link: "/dev/null" } };
    expect(await agents(masked)).toEqual([{ ...agent, enabledAtBoot: false }]);
    const ruleOff = { ...withRule, "/etc/udev/rules.d/60-qemu-guest-agent.rules": { link: "/dev/null" } };
    expect(await agents(ruleOff)).toEqual([{ ...agent, enabledAtBoot: false }]);
    const commented = { ...qemu, "/usr/lib/udev/rules.d/60-qemu-guest-agent.rules": `# ${rule}` };
    expect(await agents(commented)).toEqual([{ ...agent, enabledAtBoot: false }]);
  });

  it("names the programs of hypervisors and providers", async () => {
    const files = {
      ...systemd,
      "/usr/bin/vmtoolsd": "",
      "/usr/lib/systemd/system/open-vm-tools.service": "[Service]\n",
      "/etc/systemd/system/multi-user.target.wants/open-vm-tools.service": {
        link: "/usr/lib/systemd/system/open-vm-tools.service",
      },
      "/opt/digitalocean/bin/droplet-agent": "",
      "/usr/sbin/waagent": "",
      "/usr/bin/growpart": "", // a tool, no agent
    };
    expect(await agents(files)).toEqual([
      { name: "open-vm-tools", path: "/usr/bin/vmtoolsd", enabledAtBoot: true },
      { name: "droplet-agent", path: "/opt/digitalocean/bin/droplet-agent", enabledAtBoot: false },
      { name: "waagent", path: "/usr/sbin/waagent", enabledAtBoot: false },
    ]);
  });

  it("asks OpenRC by the script's name", async () => {
    const files = {
      "/sbin/openrc": "",
      "/usr/bin/qemu-ga": "",
      "/etc/init.d/qemu-guest-agent": "#!/sbin/openrc-run",
      "/etc/runlevels/default/qemu-guest-agent": { link: "/etc/init.d/qemu-guest-agent" },
    };
    expect(await agents(files)).toEqual([
      { name: "qemu-guest-agent", path: "/usr/bin/qemu-ga", enabledAtBoot: true },
    ]);
  });
});
