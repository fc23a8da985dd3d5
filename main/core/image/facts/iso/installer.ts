import type { IsoFacts } from "#contract/facts.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";

export type Purpose = NonNullable<IsoFacts["purpose"]>;

export interface Installer {
  readonly installer: string | null;
  readonly purpose: Purpose;
}

interface Kind {
  readonly installer: string | null;
  readonly purpose: Purpose;
  /** All of these are there. */
  readonly paths: readonly string[];
  /** None of these is. */
  readonly without?: readonly string[];
}

/** What lies on the media of each installer; the first kind that fits counts. */
const kinds: readonly Kind[] = [
  { installer: "windows-setup", purpose: "installer", paths: ["/sources/install.wim"] },
  { installer: "windows-setup", purpose: "installer", paths: ["/sources/install.esd"] },
  { installer: "windows-setup", purpose: "installer", paths: ["/sources/install.swm"] },
  { installer: null, purpose: "live", paths: ["/sources/boot.wim"] },
  { installer: "subiquity", purpose: "installer", paths: ["/casper/install-sources.yaml"] },
  { installer: "ubiquity", purpose: "live-installer", paths: ["/casper", "/preseed"] },
  { installer: null, purpose: "live", paths: ["/casper"] },
  { installer: "debian-installer", purpose: "live-installer", paths: ["/live", "/d-i"] },
  { installer: "debian-installer", purpose: "live-installer", paths: ["/live", "/install"] },
  { installer: "calamares", purpose: "live-installer", paths: ["/live", "/.disk/info"] },
  { installer: null, purpose: "live", paths: ["/live"] },
  ...["/install.amd", "/install.a64", "/install.386", "/install/netboot", "/install/vmlinuz"].map(
    (path): Kind => ({ installer: "debian-installer", purpose: "installer", paths: [path] }),
  ),
  { installer: "debian-installer", purpose: "network", paths: ["/linux", "/initrd.gz"] },
  { installer: "coreos-installer", purpose: "live-installer", paths: ["/coreos"] },
  {
    installer: "anaconda",
    purpose: "network",
    paths: ["/images/install.img"],
    without: ["/Packages", "/BaseOS", "/repodata", "/AppStream", "/container"],
  },
  { installer: "anaconda", purpose: "installer", paths: ["/images/install.img"] },
  { installer: "anaconda", purpose: "live-installer", paths: ["/LiveOS/squashfs.img", "/images/pxeboot"] },
  { installer: "agama", purpose: "live-installer", paths: ["/LiveOS", "/boot/x86_64/loader"] },
  {
    installer: "yast",
    purpose: "network",
    paths: ["/boot/x86_64/root"],
    without: ["/repodata", "/x86_64", "/suse"],
  },
  { installer: "yast", purpose: "installer", paths: ["/boot/x86_64/root"] },
  { installer: "yast", purpose: "installer", paths: ["/boot/aarch64/root"] },
  { installer: "anaconda", purpose: "live-installer", paths: ["/LiveOS"] },
  { installer: "setup-alpine", purpose: "live-installer", paths: ["/apks", "/.alpine-release"] },
  { installer: "archinstall", purpose: "live-installer", paths: ["/arch/boot"] },
  { installer: "nixos-install", purpose: "live-installer", paths: ["/nix-store.squashfs"] },
  { installer: "bsdinstall", purpose: "installer", paths: ["/usr/freebsd-dist/base.txz"] },
  { installer: "bsdinstall", purpose: "network", paths: ["/boot/kernel/kernel", "/usr/libexec/bsdinstall"] },
  { installer: null, purpose: "live", paths: ["/boot/kernel/kernel"] },
  { installer: "openbsd", purpose: "installer", paths: ["/etc/boot.conf"] },
  { installer: "proxmox", purpose: "installer", paths: ["/pve-installer.squashfs"] },
  { installer: "proxmox", purpose: "installer", paths: ["/proxmox"] },
  { installer: "esxi", purpose: "installer", paths: ["/efiboot.img", "/boot.cfg"] },
];

/** Volume names that cloud-init looks for (NoCloud, ConfigDrive, OVF). */
const seedNames = /^(?:cidata|config-2|ovf ?env)$/i;

export async function readInstaller(
  tree: FileTree,
  volumeId: string,
  isBootable: boolean,
): Promise<Installer> {
  if (seedNames.test(volumeId)) return { installer: null, purpose: "seed" };
  if (!isBootable) return { installer: null, purpose: "data" };
  const known = new Map<string, boolean>();
  const isThere = async (path: string): Promise<boolean> => {
    const answer = known.get(path) ?? (await tree.stat(path)) !== null;
    known.set(path, answer);
    return answer;
  };
  const all = async (paths: readonly string[], wanted: boolean): Promise<boolean> => {
    for (const path of paths) if ((await isThere(path)) !== wanted) return false;
    return true;
  };
  for (const { installer, purpose, paths, without = [] } of kinds) {
    if ((await all(paths, true)) && (await all(without, false))) return { installer, purpose };
  }
  return { installer: null, purpose: "installer" };
}
