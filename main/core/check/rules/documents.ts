import type { Citation, ProviderProfile } from "#providers/profile.ts";

/** Documents that a rule rests on where the provider says nothing of its own. */

export const machineIdDocument: Citation = {
  document: "machine-id(5), systemd manual",
  url: "https://www.freedesktop.org/software/systemd/man/latest/machine-id.html",
};
export const buildingImagesDocument: Citation = {
  document: "Safely Building Images, systemd documentation",
  url: "https://systemd.io/BUILDING_IMAGES/",
};
export const cleanDocument: Citation = {
  document: "CLI commands: clean, cloud-init documentation",
  url: "https://docs.cloud-init.io/en/latest/reference/cli.html#clean",
};
export const modulesDocument: Citation = {
  document: "Module reference, cloud-init documentation",
  url: "https://docs.cloud-init.io/en/latest/reference/modules.html",
};
export const networkConfigDocument: Citation = {
  document: "Network configuration, cloud-init documentation",
  url: "https://docs.cloud-init.io/en/latest/reference/network-config.html",
};
export const noCloudDocument: Citation = {
  document: "NoCloud, cloud-init documentation",
  url: "https://docs.cloud-init.io/en/latest/reference/datasources/nocloud.html",
};
export const serialDocument: Citation = {
  document: "Linux Serial Console, Linux kernel documentation",
  url: "https://docs.kernel.org/admin-guide/serial-console.html",
};
export const fstabDocument: Citation = {
  document: "systemd.mount(5), systemd manual (fstab)",
  url: "https://www.freedesktop.org/software/systemd/man/latest/systemd.mount.html",
};
export const rootParameterDocument: Citation = {
  document: "Kernel parameters (root=), Linux kernel documentation",
  url: "https://docs.kernel.org/admin-guide/kernel-parameters.html",
};
export const sshdDocument: Citation = {
  document: "sshd_config(5), OpenSSH manual",
  url: "https://man.openbsd.org/sshd_config",
};
export const selinuxDocument: Citation = {
  document: "Changing SELinux states and modes, Red Hat Enterprise Linux documentation",
  url: "https://docs.redhat.com/en/documentation/red_hat_enterprise_linux/9/html/using_selinux/changing-selinux-states-and-modes_using-selinux",
};
export const cryptDocument: Citation = {
  document: "crypttab(5), systemd manual",
  url: "https://www.freedesktop.org/software/systemd/man/latest/crypttab.html",
};

/** Mandatory guidelines of Oracle's marketplace: S01 host keys, S10 authorized keys, S16 passwords, G03 MAC. */
const imageGuidelines: Citation = {
  document: "Guidelines for Images, Oracle Cloud Infrastructure documentation",
  url: "https://docs.oracle.com/en-us/iaas/Content/Marketplace/app-publisher-guidelines-images.htm",
};

/** What a provider's own marketplace asks for; where it has none, the fullest list that another one published. */
export const hygieneSource = (profile: ProviderProfile): Citation => profile.marketplace ?? imageGuidelines;
