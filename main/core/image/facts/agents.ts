import type { AgentFacts } from "#contract/facts-system.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { firstExisting, provisioningAgents, type GuestProgram } from "./guest-program.ts";
import type { InitSystem } from "./init-system.ts";

/** Programs of hypervisors and providers: names of the files as distributions and their makers install them. */
const agents: readonly GuestProgram[] = [
  {
    name: "qemu-guest-agent",
    paths: ["/usr/sbin/qemu-ga", "/usr/bin/qemu-ga", "/usr/local/bin/qemu-ga"],
    units: ["qemu-guest-agent.service", "qemu-ga.service"],
  },
  {
    name: "open-vm-tools",
    paths: ["/usr/bin/vmtoolsd", "/usr/sbin/vmtoolsd", "/usr/local/bin/vmtoolsd"],
    units: ["open-vm-tools.service", "vmtoolsd.service", "vmware-tools.service"],
  },
  {
    name: "hv_kvp_daemon",
    paths: ["/usr/sbin/hv_kvp_daemon", "/usr/sbin/hypervkvpd", "/usr/bin/hv_kvp_daemon"],
    units: ["hypervkvpd.service", "hv-kvp-daemon.service", "hv_kvp_daemon.service"],
  },
  {
    name: "do-agent",
    paths: ["/opt/digitalocean/bin/do-agent", "/usr/bin/do-agent"],
    units: ["do-agent.service"],
  },
  {
    name: "droplet-agent",
    paths: ["/opt/digitalocean/bin/droplet-agent"],
    units: ["droplet-agent.service"],
  },
  {
    name: "oracle-cloud-agent",
    paths: ["/usr/libexec/oracle-cloud-agent/agent", "/snap/bin/oracle-cloud-agent"],
    units: ["oracle-cloud-agent.service", "snap.oracle-cloud-agent.oracle-cloud-agent.service"],
  },
  ...provisioningAgents,
  {
    name: "amazon-ssm-agent",
    paths: ["/usr/bin/amazon-ssm-agent", "/snap/bin/amazon-ssm-agent"],
    units: ["amazon-ssm-agent.service", "snap.amazon-ssm-agent.amazon-ssm-agent.service"],
  },
  {
    name: "xe-guest-utilities",
    paths: ["/usr/sbin/xe-daemon", "/usr/bin/xe-daemon", "/usr/sbin/xenstore", "/usr/share/oem/xs/xe-daemon"],
    units: ["xe-linux-distribution.service", "xe-daemon.service", "xen-guest-agent.service"],
  },
  {
    name: "spice-vdagent",
    paths: ["/usr/sbin/spice-vdagentd", "/usr/bin/spice-vdagentd"],
    units: ["spice-vdagentd.service", "spice-vdagent.service"],
  },
  {
    name: "virtualbox-guest-additions",
    paths: ["/usr/sbin/VBoxService", "/usr/bin/VBoxService", "/sbin/VBoxService"],
    units: [
      "vboxadd-service.service",
      "vboxservice.service",
      "virtualbox-guest-utils.service",
      "vboxservice",
    ],
  },
  {
    name: "parallels-tools",
    paths: ["/usr/bin/prltoolsd"],
    units: ["prltoolsd.service"],
  },
  {
    name: "nutanix-guest-tools",
    paths: ["/usr/bin/nutanix-guest-agent", "/usr/local/nutanix/ngt/ngt_guest_agent"],
    units: ["ngt_guest_agent.service"],
  },
];

export async function readAgents(tree: FileTree, init: InitSystem): Promise<AgentFacts[]> {
  const started = startedByUdev(tree);
  const found = await Promise.all(
    agents.map(async ({ name, paths, units }) => {
      const path = await firstExisting(tree, paths, "file");
      if (path === null) return null;
      return { name, path, enabledAtBoot: await isEnabled(init, units, await started) };
    }),
  );
  return found.filter((agent) => agent !== null);
}

async function isEnabled(
  init: InitSystem,
  units: readonly string[],
  startedUnits: ReadonlySet<string>,
): Promise<boolean> {
  for (const unit of units) {
    if ((await init.maskedBy(unit)) !== null) continue;
    if ((await init.enabledBy(unit)) !== null) return true;
    if (startedUnits.has(unit) && (await init.unitPath(unit)) !== null) return true;
  }
  return false;
}

const ruleFolders = ["/etc/udev/rules.d", "/usr/lib/udev/rules.d", "/lib/udev/rules.d"];
const agentRules = /qemu|vmware|vm-tools|hyperv|hv[-_]|spice|vbox|virtualbox|xen|prl/i;
const maxRuleBytes = 64 * 1024;

/** Units that a udev rule starts when the hypervisor's device appears: `ENV{SYSTEMD_WANTS}+="…"`. */
async function startedByUdev(tree: FileTree): Promise<Set<string>> {
  const units = new Set<string>();
  const seen = new Set<string>();
  for (const folder of ruleFolders) {
    for (const { name } of await tree.readDirectory(folder)) {
      if (!agentRules.test(name) || seen.has(name)) continue;
      seen.add(name); // the first folder counts; a link to /dev/null takes a rule away
      const text =
        (await (await tree.openFile(`${folder}/${name}`))?.read(0, maxRuleBytes))?.toString("latin1") ?? "";
      for (const line of text.split("\n")) {
        if (line.trim().startsWith("#")) continue;
        for (const match of line.matchAll(/ENV\{SYSTEMD_WANTS\}\s*\+?=\s*"([^"]*)"/g)) {
          for (const unit of (match[1] ?? "").split(/\s+/)) units.add(unit);
        }
      }
    }
  }
  return units;
}
