import type { ImageFacts } from "#contract/facts.ts";
import type { BlockDevice } from "#core/image/source/block-device.ts";
import { readAccounts } from "./accounts/read-accounts.ts";
import { attempt } from "./attempt.ts";
import { readBootEntries } from "./boot/boot-entries.ts";
import { readBoot } from "./boot/boot.ts";
import { readCloudInit } from "./cloud-init/cloud-init.ts";
import { readIdentity } from "./identity.ts";
import { readInitSystem } from "./init-system.ts";
import { readKernels } from "./kernels.ts";
import { readLeftovers } from "./leftovers/read-leftovers.ts";
import { readNetwork } from "./network/network.ts";
import { readOs } from "./os.ts";
import { readPackages } from "./packages/packages.ts";
import { readProvisioners } from "./provisioners.ts";
import type { RootTree } from "./root-tree.ts";
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

/** Module that mounts the root filesystem: ext4's also mounts ext2 and ext3. */
const driverOf = (filesystemType: string): string =>
  /^ext[23]$/.test(filesystemType) ? "ext4" : filesystemType;

/** Everything that is read from the installed system. Kernels unpack in the thread pool, so they go first. */
export async function readGuest(disk: BlockDevice, root: RootTree, notes: string[]): Promise<GuestFacts> {
  const { tree } = root;
  const rootType = root.volume.found?.type ?? "ext4";
  const entries = (await attempt(notes, "The boot menu", () => readBootEntries(tree))) ?? [];
  const commandLine = entries[0]?.commandLine ?? null;
  const packages = attempt(notes, "The package database", () => readPackages(tree));
  const kernels = attempt(notes, "The kernels", () => readKernels(tree, entries, driverOf(rootType)));
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
    const os = await attempt(notes, "The operating system", () => readOs(tree));
    const boot = await attempt(notes, "The boot chain", () => readBoot(disk, root.efiTrees, entries));
    const kernelLine = commandLine?.text ?? "";
    const init = await attempt(notes, "The services", () => readInitSystem(tree, kernelLine));
    if (init === null) return { os, boot, cloudInit: null, sshd: null };
    const [cloudInit, network, provisioners] = await Promise.all([
      attempt(notes, "cloud-init", async () => readCloudInit(tree, init, await packages, commandLine, notes)),
      attempt(notes, "The network", () => readNetwork(tree, init, kernelLine)),
      attempt(notes, "Other first-boot programs", () => readProvisioners(tree, init, kernelLine)),
    ]);
    const sshd = await attempt(notes, "sshd", () => readSshd(tree, init, cloudInit));
    return { os, boot, cloudInit, network, provisioners, sshd };
  }
}
