import { printable } from "#core/image/source/binary.ts";

/** cloud-init's own spelling; kernel command lines are often written in lower case. */
const knownNames = [
  "AliYun", "AltCloud", "Akamai", "Azure", "Bigstep", "CloudCIX", "CloudSigma", "CloudStack", "ConfigDrive",
  "DigitalOcean", "Ec2", "Exoscale", "GCE", "Hetzner", "IBMCloud", "LXD", "MAAS", "NoCloud", "None", "NWCS",
  "OpenNebula", "OpenStack", "Oracle", "OVF", "RbxCloud", "Scaleway", "SmartOS", "UpCloud", "VMware", "Vultr",
  "WSL",
]; // prettier-ignore

/** `nocloud-net` stands for NoCloud. An unknown name stays as it is written. */
export const canonicalName = (name: string): string => {
  const plain = name.toLowerCase().replace(/-net$/, "");
  return knownNames.find((known) => known.toLowerCase() === plain) ?? printable(name, 60);
};
