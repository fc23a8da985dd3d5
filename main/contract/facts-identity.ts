import { z } from "zod";
import { WhereSchema } from "./where.ts";

/** What must differ between two machines made from one image. */
export const IdentityFactsSchema = z.object({
  machineId: z.enum(["absent", "empty", "uninitialized", "set"]),
  /** /var/lib/dbus/machine-id, when it is a file of its own with an id in it. */
  dbusMachineId: z.boolean(),
  hostname: z.string().nullable(),
  authorizedKeys: z.array(z.string()),
  /** Saved randomness: /var/lib/systemd/random-seed, EFI loader's random-seed. */
  randomSeeds: z.array(z.string()),
  /** DHCP leases and DUIDs. */
  dhcpState: z.array(z.string()),
  /** udev rules that tie a network name to a MAC: 70-persistent-net.rules. */
  udevNetRules: z.array(WhereSchema),
});
export type IdentityFacts = z.infer<typeof IdentityFactsSchema>;

/** An account of /etc/shadow that a password opens. */
export const AccountFactsSchema = z.object({
  user: z.string(),
  uid: z.number().int().nullable(),
  password: z.enum(["set", "empty"]),
  /** Users of this group may become root. */
  mayBecomeRoot: z.boolean(),
});
export type AccountFacts = z.infer<typeof AccountFactsSchema>;

export const LeftoverKindSchema = z.enum([
  "private-key",
  "cloud-credential",
  "token",
  "shell-history",
  "log",
  "package-cache",
  "mail",
  "known-hosts",
  "temporary",
  "build-user",
  "cloud-init-state",
  "installer-log",
  "core-dump",
  "swap-file",
  "backup",
]);

/** Something that a finished image should not carry. Contents are never told, only where they are. */
export const LeftoverFactsSchema = z.object({
  kind: LeftoverKindSchema,
  path: z.string(),
  /** What it is, in a few words: `OpenSSH private key without a passphrase`, `AWS access key`. */
  detail: z.string(),
  /** Sum for a folder. */
  sizeBytes: z.number(),
});
export type LeftoverFacts = z.infer<typeof LeftoverFactsSchema>;
