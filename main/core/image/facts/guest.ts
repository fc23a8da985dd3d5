import type { ImageFacts } from "#contract/facts.ts";
import type { BlockDevice } from "#core/image/source/block-device.ts";
import { readAccounts } from "./accounts/read-accounts.ts";
import { readAgents } from "./agents.ts";
import { attempt } from "./attempt.ts";
import { readBootEntries } from "./boot/boot-entries.ts";
import { readBoot } from "./boot/boot.ts";
import { readCloudInit } from "./cloud-init/cloud-init.ts";
import type { DiskLayout } from "./disk-layout.ts";
import { readFstab } from "./fstab.ts";
import { readGrowth } from "./growth.ts";
import { readIdentity } from "./identity.ts";
import { readInitSystem } from "./init-system.ts";
import { readKernels, rootDrivers } from "./kernels.ts";
import { readLeftovers } from "./leftovers/read-leftovers.ts";
import { readNetwork } from "./network/network.ts";
import { readOs } from "./os.ts";
import { readPackages } from "./packages/packages.ts";
import { readProvisioners } from "./provisioners.ts";
import type { RootTree } from "./root-tree.ts";
import { readSelinux } from "./selinux.ts";
import { readSshd } from "./sshd.ts";

export type GuestFacts = Pick<
  ImageFacts,
  | "os"
  | "packages"
  | "kernels"
  | "boot"
  | "fstab"
  | "growth"
  | "agents"
  | "selinux"
  | "cloudInit"
  | "provisioners"
  | "sshd"
  | "network"
  | "identity"
  | "accounts"
  | "leftovers"
>;

/** Where there is no operating system, or none that can be read. */
export const noGuest: GuestFacts = {
  os: null,
  packages: null,
  kernels: [],
  boot: null,
  fstab: null,
  growth: null,
  agents: null,
  selinux: null,
  cloudInit: null,
  provisioners: null,
  sshd: null,
  network: null,
  identity: null,
  accounts: null,
  leftovers: null,
};

/** Everything that is read from the installed system. Kernels unpack in the thread pool, so they go first. */
export async function readGuest(
  disk: BlockDevice,
  root: RootTree,
  layout: Pick<DiskLayout, "volumes" | "logicalVolumes">,
  notes: string[],
): Promise<GuestFacts> {
  const { tree, efiTrees } = root;
  const rootType = root.volume.found?.type ?? "ext4";
  const entries = (await attempt(notes, "The boot menu", () => readBootEntries(tree, efiTrees))) ?? [];
  const commandLine = entries[0]?.commandLine ?? null;
  const packages = attempt(notes, "The package database", () => readPackages(tree));
  const needed = rootDrivers(rootType, root.volume.logicalVolume !== null);
  const kernels = attempt(notes, "The kernels", () => readKernels(tree, entries, needed));
  const traces = Promise.all([
    attempt(notes, "The identity", () => readIdentity(tree)),
    attempt(notes, "The accounts", () => readAccounts(tree)),
    attempt(notes, "Leftovers", () => readLeftovers(tree, notes)),
  ]);
  const rest = readServices();
  const [kernelFacts, services, database, [identity, accounts, leftovers]] = await Promise.all([
    kernels,
    rest,
    packages,
    traces,
  ]);
  return {
    ...noGuest,
    packages: database?.facts ?? null,
    kernels: kernelFacts ?? [],
    ...services,
    identity,
    accounts,
    leftovers,
  };

  async function readServices(): Promise<Partial<GuestFacts>> {
    const kernelLine = commandLine?.text ?? "";
    const volumes = [...layout.volumes, ...layout.logicalVolumes];
    const [os, fstab, selinux, init] = await Promise.all([
      attempt(notes, "The operating system", () => readOs(tree, entries, notes)),
      attempt(notes, "/etc/fstab", () => readFstab(tree, volumes)),
      attempt(notes, "SELinux", () => readSelinux(tree, kernelLine)),
      attempt(notes, "The services", () => readInitSystem(tree, kernelLine)),
    ]);
    const places = { disk, volumes, tree, efiTrees, architecture: os?.architecture ?? null };
    const boot = await attempt(notes, "The boot chain", () => readBoot(places, entries, notes));
    const base = { os, boot, fstab, selinux };
    if (init === null) return { ...base, cloudInit: null, sshd: null };
    const [agents, cloudInit, network, provisioners] = await Promise.all([
      attempt(notes, "Guest agents", () => readAgents(tree, init)),
      attempt(notes, "cloud-init", async () => readCloudInit(tree, init, await packages, commandLine, notes)),
      attempt(notes, "The network", () => readNetwork(tree, init, kernelLine)),
      attempt(notes, "Other first-boot programs", () => readProvisioners(tree, init, kernelLine)),
    ]);
    const grown = {
      tree,
      init,
      commandLine,
      cloudInit,
      fstab: fstab ?? [],
      root: root.volume,
      partitions: layout.volumes,
    };
    const [sshd, growth] = await Promise.all([
      attempt(notes, "sshd", () => readSshd(tree, init, cloudInit)),
      attempt(notes, "Growing into a larger disk", () => readGrowth(grown)),
    ]);
    return { ...base, agents, cloudInit, network, provisioners, sshd, growth };
  }
}
