import type { Where } from "#contract/where.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import { entryAt } from "./config-value.ts";
import type { ConfigFile } from "./cloud-config.ts";
import { lastLineOf } from "./shell-lines.ts";

const seedFolder = "/var/lib/cloud/seed";

/** Folder below the seed folder, files that all must be there, the datasource that takes them. */
const seedFolders: readonly (readonly [folder: string, files: readonly string[], datasource: string])[] = [
  ["nocloud", ["meta-data", "user-data"], "NoCloud"],
  ["nocloud-net", ["meta-data", "user-data"], "NoCloud"],
  ["opennebula", ["meta-data"], "OpenNebula"],
  ["ovf", ["ovf-env.xml"], "OVF"],
  ["azure", ["ovf-env.xml"], "Azure"],
  ["ec2", ["meta-data", "user-data"], "Ec2"],
  ["AliYun", ["meta-data", "user-data"], "AliYun"],
];

export interface FoundInImage {
  readonly datasource: string;
  readonly where: Where;
}

/** What ds-identify takes for a datasource without asking the platform (its dscheck_* functions). */
export async function foundInImage(tree: FileTree, files: readonly ConfigFile[]): Promise<FoundInImage[]> {
  const found: FoundInImage[] = [];
  const isFile = async (path: string): Promise<boolean> => (await tree.stat(path))?.kind === "file";
  const add = (datasource: string, where: Where): void => {
    if (!found.some((other) => other.datasource === datasource)) found.push({ datasource, where });
  };
  // Ubuntu Core mounts the second one over the first later in the boot
  for (const base of [seedFolder, `/writable/system-data${seedFolder}`]) {
    for (const [folder, names, datasource] of seedFolders) {
      if (base !== seedFolder && datasource !== "NoCloud") continue;
      const paths = names.map((name) => `${base}/${folder}/${name}`);
      if ((await Promise.all(paths.map(isFile))).every(Boolean))
        add(datasource, { path: `${base}/${folder}`, line: null });
    }
  }
  const drive = await configDriveSeed(tree);
  if (drive !== null) add("ConfigDrive", { path: drive, line: null });
  const keys = ["NoCloud", "user-data", "meta-data"].map((key) => lastLineOf(files, key));
  if (keys.every((line) => line !== null) && keys[0] !== undefined && keys[0] !== null)
    add("NoCloud", keys[0].where);
  const maas = lastLineOf(files, "MAAS");
  if (maas !== null) add("MAAS", maas.where);
  if (await isFile("/var/lib/cloud/data/seed/bigstep/url"))
    add("Bigstep", { path: "/var/lib/cloud/data/seed/bigstep/url", line: null });
  if (await isFile("/etc/vultr")) add("Vultr", { path: "/etc/vultr", line: null });
  return found;
}

async function configDriveSeed(tree: FileTree): Promise<string | null> {
  for (const base of ["/config-drive", `${seedFolder}/config_drive`]) {
    const names = (await tree.readDirectory(`${base}/openstack`)).map(({ name }) => name);
    const versions = names.filter((name) => /^2...-..-..$/.test(name));
    if (base !== "/config-drive" && names.includes("latest")) versions.push("latest");
    for (const version of versions.slice(0, 20)) {
      if ((await tree.stat(`${base}/openstack/${version}/meta_data.json`))?.kind === "file")
        return `${base}/openstack/${version}`;
    }
  }
  return null;
}

/** Everything an owner should know about: seed folders with anything in them, NoCloud and None in the settings. */
export async function readSeeds(tree: FileTree, files: readonly ConfigFile[]): Promise<Where[]> {
  const seeds: Where[] = [];
  for (const { name } of (await tree.readDirectory(seedFolder)).slice(0, 20)) {
    const path = `${seedFolder}/${name}`;
    if ((await tree.readDirectory(path)).length > 0) seeds.push({ path: printable(path), line: null });
  }
  for (const { config } of files) {
    if (config === null) continue;
    for (const datasource of ["NoCloud", "None"]) {
      const entry = entryAt(config, "datasource", datasource);
      const isFilled = entry?.value.kind === "map" && entry.value.entries.size > 0;
      if (entry !== null && isFilled) seeds.push(entry.where);
    }
  }
  return seeds;
}
