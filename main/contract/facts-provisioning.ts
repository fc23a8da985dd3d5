import { z } from "zod";
import { WhereSchema } from "./where.ts";

/** What /etc/cloud/ds-identify.cfg and `ci.*` on the kernel command line tell ds-identify(8). */
export const DsIdentifyFactsSchema = z.object({
  installed: z.boolean(),
  /** Such as `search,found=all,maybe=all,notfound=disabled`; null: the built-in one. */
  policy: z.string().nullable(),
  policyFrom: WhereSchema.nullable(),
  /** One datasource that is forced, whatever the platform shows. */
  forced: z.string().nullable(),
  forcedFrom: WhereSchema.nullable(),
  /** Policy and order that the installed program has built in, read from its text; null where that has none. */
  defaultPolicy: z.string().nullable(),
  defaultList: z.array(z.string()).nullable(),
  /** Whether this program takes `ds=` of the kernel command line as forced, as newer ones do. */
  kernelDsForces: z.boolean(),
  /** The list as this program reads it: by lines, so that a list in block form is missed. null: its built-in order. */
  readsList: z.array(z.string()).nullable(),
  readsListFrom: WhereSchema.nullable(),
  /** What it finds in the image itself, whatever the platform shows: a seed folder, a configured NoCloud or MAAS. */
  foundInImage: z.array(z.object({ datasource: z.string(), where: WhereSchema })),
  /** `strict_id: false`: Ec2 may be there although the platform does not say so. */
  maybeEc2: z.boolean(),
  /** `manual_cache_clean`: a kept instance is used again and nothing is searched. */
  keepsInstance: WhereSchema.nullable(),
});

export const CloudInitFactsSchema = z.object({
  version: z.string().nullable(),
  enabledAtBoot: z.boolean(),
  disabledBy: WhereSchema.nullable(),
  /** Effective list after every merge; null when no file sets it (then cloud-init's built-in order counts). */
  datasourceList: z.array(z.string()).nullable(),
  decidedBy: WhereSchema.nullable(),
  /** Files and kernel arguments that set the list and lost against `decidedBy`, in the order of reading. */
  overruled: z.array(WhereSchema),
  dsIdentify: DsIdentifyFactsSchema.nullable(),
  /** A NoCloud or None configuration inside the image: `/var/lib/cloud/seed/nocloud`, `datasource: NoCloud: user-data`. */
  seeds: z.array(WhereSchema),
  /** Files that an installer (subiquity, curtin, d-i, anaconda) left in /etc/cloud. */
  installerFiles: z.array(WhereSchema),
  /** What keeps cloud-init from writing the network's settings: `network: {config: disabled}`. */
  networkDisabledBy: WhereSchema.nullable(),
  /** Effective settings that decide who may log in; null: not set by a file. */
  disableRoot: z.boolean().nullable(),
  sshPasswordAuth: z.string().nullable(),
  sshDeleteKeys: z.boolean().nullable(),
  preserveHostname: z.boolean().nullable(),
  defaultUser: z.string().nullable(),
  /** Modules of init, config and final together. */
  modules: z.array(z.string()),
  /** Names of leftover instances in /var/lib/cloud/instances. */
  leftoverInstances: z.array(z.string()),
});
export type CloudInitFacts = z.infer<typeof CloudInitFactsSchema>;

/** Other programs that set a machine up at first boot. */
export const ProvisionerFactsSchema = z.object({
  name: z.enum([
    "ignition",
    "coreos-cloudinit",
    "afterburn",
    "cloudbase-init",
    "bsd-cloudinit",
    "nuageinit",
    "tiny-cloud",
    "waagent",
    "google-guest-agent",
    "systemd-firstboot",
  ]),
  path: z.string(),
  enabledAtBoot: z.boolean(),
});
export type ProvisionerFacts = z.infer<typeof ProvisionerFactsSchema>;

/** One keyword of sshd_config(5) after includes, outside of Match; the first value counts. */
export const SshdSettingSchema = z.object({ value: z.string(), where: WhereSchema.nullable() });

export const SshdFactsSchema = z.object({
  binaryPath: z.string().nullable(),
  enabledAtBoot: z.boolean(),
  enabledBy: WhereSchema.nullable(),
  maskedBy: WhereSchema.nullable(),
  /** Keys in lower case: port, permitrootlogin, passwordauthentication, pubkeyauthentication, kbdinteractiveauthentication, allowusers, … */
  settings: z.record(z.string(), SshdSettingSchema),
  /** Match blocks that change one of them for some users. */
  matchBlocks: z.array(z.object({ criteria: z.string(), where: WhereSchema })),
  hostKeys: z.array(z.string()),
  /** Who makes host keys at first boot: `cloud-init`, a unit or package script; null when nobody does. */
  hostKeysRegeneratedBy: z.string().nullable(),
});
export type SshdFacts = z.infer<typeof SshdFactsSchema>;

export const NetworkInterfaceFactsSchema = z.object({
  tool: z.enum([
    "netplan",
    "ifupdown",
    "network-manager",
    "networkd",
    "ifcfg",
    "wicked",
    "dhcpcd",
    "rc.conf",
    "connman",
  ]),
  where: WhereSchema,
  /** `eth0`, `en*`, a connection's id. */
  name: z.string(),
  /** What ties it to one machine: a MAC address, or a kernel name that another machine need not have. */
  pinnedTo: z.enum(["mac", "name"]).nullable(),
  mac: z.string().nullable(),
  method: z.enum(["dhcp", "static", "mixed", "link-local", "disabled", "unknown"]),
  addresses: z.array(z.string()),
});
export type NetworkInterfaceFacts = z.infer<typeof NetworkInterfaceFactsSchema>;

export const NetworkFactsSchema = z.object({
  /** Tools whose service starts at boot, in the words of `tool`. */
  enabledTools: z.array(z.string()),
  /** Loopback is left out. */
  interfaces: z.array(NetworkInterfaceFactsSchema),
  /** `net.ifnames=0` on the command line or a masked 99-default.link: interfaces are eth0, eth1. */
  classicNames: z.boolean(),
});
export type NetworkFacts = z.infer<typeof NetworkFactsSchema>;
