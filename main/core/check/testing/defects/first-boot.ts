import type { ImageFacts } from "#contract/facts.ts";
import type { NetworkInterfaceFacts } from "#contract/facts-provisioning.ts";
import { all, allBut, at, defect, none, set, type Change, type Defect } from "./defect.ts";

const place = (path: string, line: number | null = null) => ({ path, line });

/** The list that cloud-init merges and that ds-identify reads. */
const listing =
  (...list: string[]): Change =>
  (facts) => {
    const decidedBy = place("/etc/cloud/cloud.cfg.d/90_dpkg.cfg", 3);
    set("cloudInit", { datasourceList: list, decidedBy })(facts);
    const dsIdentify = facts.cloudInit?.dsIdentify ?? null;
    if (dsIdentify !== null) Object.assign(dsIdentify, { readsList: list, readsListFrom: decidedBy });
  };

const setUpBy =
  (name: NonNullable<ImageFacts["provisioners"]>[number]["name"]): Change =>
  (facts) => {
    facts.cloudInit = null;
    facts.provisioners = [{ name, path: `/usr/lib/${name}`, enabledAtBoot: true }];
  };

/** A second network file beside the one that sets up DHCP for all cards. */
const card =
  (change: Partial<NetworkInterfaceFacts>): Change =>
  (facts) => {
    facts.network?.interfaces.push({
      tool: "netplan",
      where: place("/etc/netplan/00-installer-config.yaml", 4),
      name: "ens3",
      pinnedTo: null,
      mac: null,
      method: "dhcp",
      addresses: [],
      ...change,
    });
  };
const onlyCard =
  (change: Partial<NetworkInterfaceFacts>): Change =>
  (facts) => {
    if (facts.network !== null) facts.network.interfaces = [];
    card(change)(facts);
  };
const noNetworkByCloudInit = set("cloudInit", {
  networkDisabledBy: place("/etc/cloud/cloud.cfg.d/subiquity-disable-cloudinit-networking.cfg", 1),
});
const both =
  (...changes: Change[]): Change =>
  (facts) => {
    for (const change of changes) change(facts);
  };
const fixed: Partial<NetworkInterfaceFacts> = { method: "static", addresses: ["192.0.2.10/24"] };
const pinned = { pinnedTo: "mac", mac: "52:54:00:12:34:56" } as const;
const cloudInitFile = { where: place("/etc/netplan/50-cloud-init.yaml", 3) };

const setting = (keyword: string, value: string): Change =>
  set("sshd", { settings: { [keyword]: { value, where: place("/etc/ssh/sshd_config", 10) } } });

export const firstBoot: readonly Defect[] = [
  defect(
    "no cloud-init",
    (facts) => (facts.cloudInit = null),
    allBut("error cloud-init.installed", {
      "hypervisor-io": ["warning cloud-init.installed"],
      kvm: ["warning cloud-init.installed"],
    }),
  ),
  defect(
    "ignition in its place",
    setUpBy("ignition"),
    allBut("unknown cloud-init.installed", { digitalocean: ["info cloud-init.installed"] }),
  ),
  defect("tiny-cloud in its place", setUpBy("tiny-cloud"), all("unknown cloud-init.installed")),
  defect(
    "cloud-init 0.7.6",
    set("cloudInit", { version: "0.7.6~bzr976-2" }),
    at({ digitalocean: ["error cloud-init.version"], oci: ["error cloud-init.version"] }),
  ),
  defect(
    "cloud-init 0.7.9",
    set("cloudInit", { version: "0.7.9-153" }),
    at({ oci: ["error cloud-init.version"] }),
  ),
  defect(
    "cloud-init of an unknown version",
    set("cloudInit", { version: null }),
    at({ digitalocean: ["unknown cloud-init.version"], oci: ["unknown cloud-init.version"] }),
  ),
  defect(
    "cloud-init disabled by file",
    set("cloudInit", { enabledAtBoot: false, disabledBy: place("/etc/cloud/cloud-init.disabled") }),
    allBut("error cloud-init.enabled", {
      "hypervisor-io": ["warning cloud-init.enabled"],
      kvm: ["warning cloud-init.enabled"],
    }),
  ),
  defect(
    "NoCloud first",
    listing("NoCloud", "ConfigDrive", "Oracle"),
    at({ digitalocean: ["error cloud-init.datasource-order"] }),
  ),
  defect("ConfigDrive first", listing("ConfigDrive", "NoCloud", "Oracle", "None"), none),
  defect(
    "[None] from an installer file",
    listing("None"),
    allBut("error cloud-init.datasource-chosen", {
      "hypervisor-io": ["warning cloud-init.datasource-chosen"],
      kvm: ["warning cloud-init.datasource-chosen"],
    }),
  ),
  defect(
    "NoCloud only",
    listing("NoCloud", "None"),
    at({
      digitalocean: ["error cloud-init.datasource-chosen"],
      oci: ["error cloud-init.datasource-chosen"],
    }),
  ),
  defect(
    "ConfigDrive only",
    listing("ConfigDrive"),
    allBut("error cloud-init.datasource-chosen", {
      digitalocean: [],
      "hypervisor-io": ["warning cloud-init.datasource-chosen"],
      kvm: [],
    }),
  ),
  defect(
    "modules left out",
    set("cloudInit", { modules: ["users_groups"] }),
    all("warning cloud-init.modules"),
  ),
  defect("modules not known", set("cloudInit", { modules: [] }), all("unknown cloud-init.modules")),
  defect(
    "a seed in the image",
    set("cloudInit", { seeds: [place("/var/lib/cloud/seed/nocloud")] }),
    all("warning cloud-init.seed"),
  ),
  defect(
    "a seed that cloud-init takes before the provider's data",
    (facts) => {
      const where = place("/var/lib/cloud/seed/nocloud");
      set("cloudInit", { seeds: [where] })(facts);
      facts.cloudInit?.dsIdentify?.foundInImage.push({ datasource: "NoCloud", where });
    },
    allBut("warning cloud-init.seed", {
      oci: ["warning cloud-init.seed", "error cloud-init.datasource-chosen"],
    }),
  ),
  defect(
    "a seed that is the installer's",
    set("cloudInit", {
      seeds: [place("/etc/cloud/cloud.cfg.d/99-installer.cfg", 3)],
      installerFiles: [place("/etc/cloud/cloud.cfg.d/99-installer.cfg")],
    }),
    all("info cloud-init.installer-files"),
  ),
  defect(
    "files of the installer in /etc/cloud",
    set("cloudInit", { installerFiles: [place("/etc/cloud/cloud.cfg.d/99-installer.cfg")] }),
    all("info cloud-init.installer-files"),
  ),
  defect(
    "cloud-init kept from the network",
    noNetworkByCloudInit,
    at({ contabo: ["error network.setup"], fybe: ["error network.setup"] }),
  ),
  defect(
    "nothing sets up the network",
    both(noNetworkByCloudInit, (facts) => {
      if (facts.network !== null) facts.network.interfaces = [];
    }),
    all("error network.setup"),
  ),
  defect(
    "a network that only a script of its own sets up",
    (facts) => {
      facts.cloudInit = null;
      facts.network = { enabledTools: [], interfaces: [], classicNames: false };
    },
    allBut(["error cloud-init.installed", "unknown network.setup"], {
      contabo: ["error cloud-init.installed"],
      fybe: ["error cloud-init.installed"],
      "hypervisor-io": ["warning cloud-init.installed", "unknown network.setup"],
      kvm: ["warning cloud-init.installed", "unknown network.setup"],
    }),
  ),
  defect(
    "NetworkManager left to itself",
    both(noNetworkByCloudInit, (facts) => {
      facts.network = { enabledTools: ["network-manager"], interfaces: [], classicNames: false };
    }),
    at({ contabo: ["error network.setup"], fybe: ["error network.setup"] }),
  ),
  defect("the network not read", (facts) => (facts.network = null), all("unknown network.setup")),
  defect(
    "static address",
    card(fixed),
    allBut("error network.static", {
      "hypervisor-io": ["warning network.static"],
      kvm: ["warning network.static"],
    }),
  ),
  defect("a static address beside DHCP", card({ ...fixed, method: "mixed" }), all("warning network.static")),
  defect(
    "a static address for a tool that is off",
    card({ ...fixed, tool: "ifupdown", where: place("/etc/network/interfaces", 3) }),
    none,
  ),
  defect(
    "a static address that cloud-init wrote",
    card({ ...fixed, ...cloudInitFile }),
    all("warning network.static"),
  ),
  defect("MAC pinned in netplan", card(pinned), all("warning network.mac-pinned")),
  defect(
    "MAC pinned by cloud-init itself",
    card({ ...pinned, ...cloudInitFile }),
    all("warning network.mac-pinned"),
  ),
  defect(
    "MAC pinned, and cloud-init kept from the network",
    both(noNetworkByCloudInit, onlyCard(pinned)),
    allBut("error network.mac-pinned", {
      contabo: ["error network.setup", "error network.mac-pinned"],
      fybe: ["error network.setup", "error network.mac-pinned"],
    }),
  ),
  defect(
    "one card by name, and cloud-init kept from the network",
    both(noNetworkByCloudInit, onlyCard({ pinnedTo: "name" })),
    allBut("warning network.name-pinned", {
      contabo: ["error network.setup", "warning network.name-pinned"],
      fybe: ["error network.setup", "warning network.name-pinned"],
    }),
  ),
  defect(
    "sshd missing",
    set("sshd", { binaryPath: null, enabledAtBoot: false, enabledBy: null, hostKeysRegeneratedBy: null }),
    allBut("warning sshd.installed", { digitalocean: ["error sshd.installed"] }),
  ),
  defect("sshd not read", (facts) => (facts.sshd = null), all("unknown sshd.installed")),
  defect(
    "sshd masked",
    set("sshd", {
      enabledAtBoot: false,
      enabledBy: null,
      maskedBy: place("/etc/systemd/system/ssh.service"),
    }),
    allBut("warning sshd.enabled", { digitalocean: ["error sshd.enabled"] }),
  ),
  defect(
    "sshd not enabled",
    set("sshd", { enabledAtBoot: false, enabledBy: null }),
    allBut("warning sshd.enabled", { digitalocean: ["error sshd.enabled"] }),
  ),
  defect(
    "host keys removed with no regeneration",
    set("sshd", { hostKeysRegeneratedBy: null }),
    allBut("warning sshd.host-keys-made", { digitalocean: ["error sshd.host-keys-made"] }),
  ),
  defect(
    "no public keys taken",
    setting("pubkeyauthentication", "no"),
    allBut("warning sshd.public-keys", { digitalocean: ["error sshd.public-keys"] }),
  ),
  defect("only some users let in", setting("allowusers", "admin deb*n@10.0.0.*"), none),
  defect(
    "cloud-init's user not let in",
    setting("allowusers", "admin ops"),
    all("warning sshd.allowed-users"),
  ),
  defect("cloud-init's user refused", setting("denyusers", "debian"), all("warning sshd.allowed-users")),
  defect("root may log in", setting("permitrootlogin", "yes"), all("info sshd.root-login")),
  defect(
    "root may log in with a password",
    both(setting("permitrootlogin", "yes"), (facts) => {
      facts.accounts = [{ user: "root", uid: 0, password: "set", mayBecomeRoot: true }];
    }),
    all("warning sshd.root-login", "warning accounts.passwords"),
  ),
  defect(
    "a Match block",
    set("sshd", { matchBlocks: [{ criteria: "User x", where: place("/etc/ssh/sshd_config", 90) }] }),
    all("info sshd.match-blocks"),
  ),
  defect("another port", setting("port", "2222"), all("info sshd.port")),
];
