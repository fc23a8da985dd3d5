import type { z } from "zod";
import type { ProvisionerFactsSchema } from "#contract/facts-provisioning.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { firstExisting, provisioningAgents, type GuestProgram } from "./guest-program.ts";
import type { InitSystem } from "./init-system.ts";

type ProvisionerFacts = z.infer<typeof ProvisionerFactsSchema>;

/** Programs beside cloud-init that set a machine up, and the units that start them. */
const programs: readonly GuestProgram<ProvisionerFacts["name"]>[] = [
  {
    name: "coreos-cloudinit",
    paths: ["/usr/bin/coreos-cloudinit", "/usr/share/oem/bin/coreos-cloudinit"],
    units: [
      "coreos-cloudinit.service",
      "user-configdrive.service",
      "oem-cloudinit.service",
      "user-cloudinit@.service",
    ],
  },
  {
    name: "afterburn",
    paths: ["/usr/bin/afterburn", "/usr/bin/coreos-metadata"],
    units: [
      "afterburn.service",
      "afterburn-sshkeys@core.service",
      "coreos-metadata.service",
      "afterburn-checkin.service",
    ],
  },
  {
    name: "cloudbase-init",
    paths: [
      "/Program Files/Cloudbase Solutions/Cloudbase-Init/Python/Scripts/cloudbase-init.exe",
      "/Program Files/Cloudbase Solutions/Cloudbase-Init",
    ],
    units: [],
  },
  {
    name: "bsd-cloudinit",
    paths: [
      "/usr/local/bin/bsd-cloudinit",
      "/usr/local/etc/rc.d/bsd-cloudinit",
      "/usr/local/bsd-cloudinit/cloudinit",
    ],
    units: ["bsd-cloudinit", "cloudinit"],
  },
  { name: "nuageinit", paths: ["/usr/libexec/nuageinit"], units: ["nuageinit"] },
  {
    name: "tiny-cloud",
    paths: [
      "/etc/init.d/tiny-cloud-early",
      "/etc/init.d/tiny-cloud",
      "/usr/sbin/tiny-cloud",
      "/sbin/tiny-cloud",
    ],
    units: ["tiny-cloud-early", "tiny-cloud-main", "tiny-cloud"],
  },
  ...provisioningAgents,
  {
    name: "systemd-firstboot",
    paths: ["/usr/bin/systemd-firstboot", "/bin/systemd-firstboot"],
    units: ["systemd-firstboot.service"],
  },
];

/** Ignition runs in the initramfs: its dracut module is what an image shows of it. */
const ignitionPaths = [
  "/usr/lib/dracut/modules.d/30ignition/ignition",
  "/usr/lib/dracut/modules.d/30ignition/module-setup.sh",
  "/usr/libexec/ignition",
  "/usr/bin/ignition",
];
/** GRUB of CoreOS and Flatcar sets `ignition.firstboot` when the flag is there. */
const ignitionFlags = [
  "/boot/ignition.firstboot",
  "/ignition.firstboot",
  "/boot/flatcar/first_boot",
  "/boot/coreos/first_boot",
  "/usr/boot/flatcar/first_boot",
];

/** `commandLine`: of the default boot entry. */
export async function readProvisioners(
  tree: FileTree,
  init: InitSystem,
  commandLine: string,
): Promise<ProvisionerFacts[]> {
  const found: ProvisionerFacts[] = [];
  const ignition = await firstExisting(tree, ignitionPaths);
  if (ignition !== null) {
    const isAsked =
      /(?:^|\s)(?:ignition\.firstboot|(?:flatcar|coreos)\.first_boot(?:=(?:1|detected))?)(?=\s|$)/.test(
        commandLine,
      );
    const hasFlag = (await firstExisting(tree, ignitionFlags)) !== null;
    found.push({ name: "ignition", path: ignition, enabledAtBoot: isAsked || hasFlag });
  }
  for (const { name, paths, units } of programs) {
    const path = await firstExisting(tree, paths);
    if (path !== null) found.push({ name, path, enabledAtBoot: await isStarted(tree, init, name, units) });
  }
  return found;
}

async function isStarted(
  tree: FileTree,
  init: InitSystem,
  name: ProvisionerFacts["name"],
  units: readonly string[],
): Promise<boolean> {
  // nuageinit's script runs when firstboot(8) of FreeBSD does
  if (name === "nuageinit") {
    return (await init.enabledBy("nuageinit")) !== null && (await tree.stat("/firstboot")) !== null;
  }
  if (name === "cloudbase-init") return true; // its installer registers the service; the registry is not read
  for (const unit of units) {
    if ((await init.maskedBy(unit)) !== null || (await init.enabledBy(unit)) === null) continue;
    if ((await init.heldBackBy(unit)) === null) return true;
  }
  return false;
}
