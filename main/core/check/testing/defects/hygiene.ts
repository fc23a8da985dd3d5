import type { LeftoverFacts } from "#contract/facts-identity.ts";
import { all, defect, none, set, type Change, type Defect } from "./defect.ts";

const left =
  (kind: LeftoverFacts["kind"], change: Partial<LeftoverFacts> = {}): Change =>
  (facts) => {
    facts.leftovers?.push({ kind, path: "/x", detail: "something", sizeBytes: 1000, ...change });
  };

const account =
  (password: "set" | "empty"): Change =>
  (facts) => {
    facts.accounts?.push({ user: "me", uid: 1000, password, mayBecomeRoot: true });
  };

const place = (path: string, line: number | null = null) => ({ path, line });

export const hygiene: readonly Defect[] = [
  defect("machine-id baked", set("identity", { machineId: "set" }), all("warning identity.machine-id")),
  defect("machine-id absent", set("identity", { machineId: "absent" }), all("info identity.machine-id")),
  defect("the identity not read", (facts) => (facts.identity = null), all("unknown identity.machine-id")),
  defect("a D-Bus id of its own", set("identity", { dbusMachineId: true }), all("warning identity.dbus-id")),
  defect(
    "host keys baked, cloud-init replaces them",
    set("sshd", { hostKeys: ["/etc/ssh/ssh_host_rsa_key"] }),
    all("info identity.host-keys"),
  ),
  defect(
    "host keys baked, cloud-init keeps them",
    (facts) => {
      set("sshd", { hostKeys: ["/etc/ssh/ssh_host_rsa_key"] })(facts);
      set("cloudInit", { sshDeleteKeys: false })(facts);
    },
    all("warning identity.host-keys"),
  ),
  defect(
    "host keys baked, nobody replaces them",
    set("sshd", { hostKeys: ["/etc/ssh/ssh_host_rsa_key"], hostKeysRegeneratedBy: null }),
    all("warning identity.host-keys"),
  ),
  defect(
    "authorized_keys left",
    set("identity", { authorizedKeys: ["/root/.ssh/authorized_keys"] }),
    all("warning identity.authorized-keys"),
  ),
  defect(
    "cloud-init state left",
    set("cloudInit", { leftoverInstances: ["i-1"] }),
    all("warning identity.cloud-init-state"),
  ),
  defect(
    "DHCP leases left",
    set("identity", { dhcpState: ["/var/lib/dhcp/dhclient.leases"] }),
    all("info identity.dhcp-state"),
  ),
  defect(
    "a DUID left",
    set("identity", { dhcpState: ["/var/lib/dhcpcd/duid"] }),
    all("warning identity.dhcp-state"),
  ),
  defect(
    "a random seed left",
    set("identity", { randomSeeds: ["/var/lib/systemd/random-seed"] }),
    all("info identity.random-seed"),
  ),
  defect(
    "a udev rule for an old card",
    set("identity", { udevNetRules: [place("/etc/udev/rules.d/70-persistent-net.rules", 8)] }),
    all("warning identity.udev-net-rules"),
  ),
  defect(
    "the host name kept",
    set("cloudInit", { preserveHostname: true }),
    all("warning identity.hostname"),
  ),
  defect("a password", account("set"), all("warning accounts.passwords")),
  defect(
    "a password that only the console takes",
    (facts) => {
      account("set")(facts);
      const value = { value: "no", where: place("/etc/ssh/sshd_config.d/60-cloudimg-settings.conf", 1) };
      set("sshd", { settings: { passwordauthentication: value } })(facts);
    },
    all("info accounts.passwords"),
  ),
  defect("an empty password", account("empty"), all("warning accounts.empty-passwords")),
  defect(
    "an empty password that sshd permits",
    (facts) => {
      account("empty")(facts);
      set("sshd", { settings: { permitemptypasswords: { value: "yes", where: null } } })(facts);
    },
    all("error accounts.empty-passwords"),
  ),
  defect("accounts not read", (facts) => (facts.accounts = null), all("unknown accounts.passwords")),
  defect("leftovers not read", (facts) => (facts.leftovers = null), all("unknown leftovers.looked-for")),
  defect("private key left", left("private-key"), all("warning leftovers.private-keys")),
  defect(
    "only Debian's test key",
    left("private-key", { path: "/etc/ssl/private/ssl-cert-snakeoil.key" }),
    all("info leftovers.private-keys"),
  ),
  defect("a cloud credential left", left("cloud-credential"), all("warning leftovers.credentials")),
  defect("a token left", left("token"), all("warning leftovers.credentials")),
  defect("the user vagrant", left("build-user"), all("warning leftovers.build-users")),
  defect(
    "Vagrant's key",
    left("build-user", {
      path: "/home/vagrant/.ssh/authorized_keys",
      detail: "Vagrant's key, which everybody has",
    }),
    all("error leftovers.build-users"),
  ),
  defect("an old shadow file", left("backup"), all("warning leftovers.password-copies")),
  defect("a core dump", left("core-dump"), all("warning leftovers.core-dumps")),
  defect("a history", left("shell-history"), all("warning leftovers.histories")),
  defect("a short history", left("shell-history", { sizeBytes: 20 }), all("info leftovers.histories")),
  defect("a kickstart file", left("installer-log"), all("info leftovers.installer-files")),
  defect(
    "a kickstart file with a password",
    left("installer-log", { detail: "file of the installation, with a password" }),
    all("warning leftovers.installer-files"),
  ),
  defect("logs", left("log"), all("info leftovers.logs")),
  defect("a small package cache", left("package-cache"), none),
  defect("a package cache", left("package-cache", { sizeBytes: 3e8 }), all("info leftovers.package-caches")),
  defect("a swap file", left("swap-file"), all("info leftovers.swap-files")),
  defect("mail", left("mail"), all("info leftovers.traces")),
  defect("known hosts", left("known-hosts"), all("info leftovers.traces")),
  defect("temporary files", left("temporary"), all("info leftovers.traces")),
];
