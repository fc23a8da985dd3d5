import type { IdentityFacts } from "#contract/facts-identity.ts";
import type { Where } from "#contract/where.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import { readTextStart } from "./accounts/account-files.ts";
import { readHomes } from "./accounts/homes.ts";
import { splitLines } from "./text-lines.ts";

const maxFolderBytes = 1024 ** 2;
const maxFound = 50;

/** What must differ between two machines made from one image. */
export async function readIdentity(tree: FileTree): Promise<IdentityFacts> {
  const [machineId, dbusMachineId, hostname, authorizedKeys, randomSeeds, dhcpState, udevNetRules] =
    await Promise.all([
      readMachineId(tree),
      hasOwnDbusId(tree),
      readHostname(tree),
      readAuthorizedKeys(tree),
      readRandomSeeds(tree),
      readDhcpState(tree),
      readUdevNetRules(tree),
    ]);
  return { machineId, dbusMachineId, hostname, authorizedKeys, randomSeeds, dhcpState, udevNetRules };
}

/** machine-id(5): empty or `uninitialized` means that the next boot makes one. */
async function readMachineId(tree: FileTree): Promise<IdentityFacts["machineId"]> {
  const text = await readTextStart(tree, "/etc/machine-id", 4096);
  if (text === null) return "absent";
  const id = text.trim();
  return id === "" ? "empty" : id === "uninitialized" ? "uninitialized" : "set";
}

/** dbus-uuidgen(1) makes one where it is not the usual link to /etc/machine-id. */
async function hasOwnDbusId(tree: FileTree): Promise<boolean> {
  const path = "/var/lib/dbus/machine-id";
  if ((await tree.lstat(path))?.kind !== "file") return false;
  return /[0-9a-f]{32}/.test((await readTextStart(tree, path, 4096)) ?? "");
}

/** hostname(5); SUSE keeps it in /etc/HOSTNAME, old Red Hat in /etc/sysconfig/network. */
async function readHostname(tree: FileTree): Promise<string | null> {
  for (const path of ["/etc/hostname", "/etc/HOSTNAME"]) {
    const line = splitLines((await readTextStart(tree, path, 4096)) ?? "")[0]?.text;
    if (line !== undefined) return printable(line, 255);
  }
  const old = /^[ \t]*HOSTNAME="?([^"\s]+)/m.exec(
    (await readTextStart(tree, "/etc/sysconfig/network", 4096)) ?? "",
  );
  return old === null ? null : printable(old[1] ?? "", 255) || null;
}

/** Files with at least one key, in the homes that are known. */
async function readAuthorizedKeys(tree: FileTree): Promise<string[]> {
  const paths = (await readHomes(tree)).flatMap((home) =>
    ["authorized_keys", "authorized_keys2"].map((name) => `${home}/.ssh/${name}`),
  );
  const texts = await Promise.all(paths.map((path) => readTextStart(tree, path, 64 * 1024)));
  return paths
    .filter((_path, index) => splitLines(texts[index] ?? "").length > 0)
    .map((path) => printable(path));
}

/** Where saved randomness lies: systemd-random-seed.service(8), the boot loaders, SeedRNG, old init scripts, FreeBSD. */
const seedFiles = [
  "/var/lib/systemd/random-seed",
  "/var/lib/random-seed",
  "/var/lib/urandom/random-seed",
  "/var/lib/misc/random-seed",
  "/var/lib/seedrng/seed.credit",
  "/var/lib/seedrng/seed.no-credit",
  "/boot/efi/loader/random-seed",
  "/boot/loader/random-seed",
  "/efi/loader/random-seed",
  "/boot/entropy",
  "/entropy",
];

async function readRandomSeeds(tree: FileTree): Promise<string[]> {
  const found = await Promise.all(seedFiles.map((path) => tree.lstat(path)));
  return seedFiles.filter((_path, index) => {
    const stat = found[index];
    return stat?.kind === "file" && stat.sizeBytes > 0;
  });
}

/** Folders in which DHCP clients keep leases and DUIDs, and the names of such files. */
const dhcpFolders: readonly (readonly [folder: string, name: RegExp])[] = [
  ["/var/lib/dhcp", /\.leases?~?$/], // Debian's dhclient, ifupdown
  ["/var/lib/dhclient", /\.leases?~?$/], // Red Hat's dhclient
  ["/var/lib/NetworkManager", /\.lease$|^secret_key$/], // its DUIDs are made from secret_key and machine-id
  ["/var/lib/dhcpcd", /\.lease6?$|^duid$|^secret$/],
  ["/var/lib/dhcpcd5", /\.lease6?$|^duid$|^secret$/],
  ["/var/db/dhcpcd", /\.lease6?$|^duid$|^secret$/],
  ["/var/db", /^dhclient6?\.leases\..+|^dhcp6c_duid$/], // the BSDs
  ["/var/lib/wicked", /^(?:duid|iaid|lease-.*)\.xml$/],
  ["/var/lib/dhcpv6", /^dhcp6c_duid$|\.leases$/],
  ["/var/lib/udhcpc", /\.leases?$/],
  ["/var/lib/systemd/network", /^dhcp-(?:client|server)-lease/],
  ["/etc", /^dhcpcd\.duid$/],
];

async function readDhcpState(tree: FileTree): Promise<string[]> {
  const inFolders = await Promise.all(
    dhcpFolders.map(async ([folder, name]) => {
      const stat = await tree.stat(folder);
      if (stat?.kind !== "directory" || stat.sizeBytes > maxFolderBytes) return [];
      const entries = await tree.readDirectory(folder);
      const names = entries.filter((entry) => name.test(entry.name)).slice(0, maxFound);
      const paths = names.map((entry) => `${folder}/${entry.name}`);
      const stats = await Promise.all(paths.map((path) => tree.lstat(path)));
      return paths.filter((_path, index) => {
        const found = stats[index];
        return found?.kind === "file" && found.sizeBytes > 0;
      });
    }),
  );
  return [...inFolders.flat(), ...(await readFixedDuids(tree))]
    .slice(0, maxFound)
    .map((path) => printable(path));
}

/** networkd.conf(5) and systemd.network(5) may fix the DUID, which is made from the machine id otherwise. */
async function readFixedDuids(tree: FileTree): Promise<string[]> {
  const names = (await tree.readDirectory("/etc/systemd/networkd.conf.d")).slice(0, maxFound);
  const paths = [
    "/etc/systemd/networkd.conf",
    ...names.map((entry) => `/etc/systemd/networkd.conf.d/${entry.name}`),
  ];
  const texts = await Promise.all(paths.map((path) => readTextStart(tree, path, 64 * 1024)));
  return paths.filter((_path, index) => /^[ \t]*DUIDRawData\s*=\s*\S/m.test(texts[index] ?? ""));
}

/**
 * What udev gives a network card because of its MAC address: rules that name it (70-persistent-net.rules), and
 * link files that match it, systemd.link(5).
 */
async function readUdevNetRules(tree: FileTree): Promise<Where[]> {
  const rules = await findLines(
    tree,
    "/etc/udev/rules.d",
    /\.rules$/,
    (line) => /\bATTRS?\{address\}\s*==\s*"[^"*?]+"/.test(line) && /\bNAME\s*:?=/.test(line),
  );
  const links = await findLines(tree, "/etc/systemd/network", /\.link$/, (line) =>
    /^(?:Permanent)?MACAddress\s*=\s*\S/i.test(line),
  );
  return [...rules, ...links].slice(0, maxFound);
}

async function findLines(
  tree: FileTree,
  folder: string,
  name: RegExp,
  isFound: (line: string) => boolean,
): Promise<Where[]> {
  const entries = (await tree.readDirectory(folder)).filter((entry) => name.test(entry.name));
  const paths = entries.slice(0, maxFound).map((entry) => `${folder}/${entry.name}`);
  const texts = await Promise.all(paths.map((path) => readTextStart(tree, path, 64 * 1024)));
  return paths.flatMap((path, index) => {
    const first = splitLines(texts[index] ?? "").find(({ text }) => isFound(text));
    return first === undefined ? [] : [{ path: printable(path), line: first.line }];
  });
}
