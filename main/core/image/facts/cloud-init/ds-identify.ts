import type { z } from "zod";
import type { DsIdentifyFactsSchema } from "#contract/facts-provisioning.ts";
import type { Where } from "#contract/where.ts";
import type { CommandLine } from "#core/image/facts/boot/boot-entries.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import { maxConfigBytes } from "#core/image/facts/text-lines.ts";
import type { ConfigFile } from "./cloud-config.ts";
import { canonicalName } from "./datasource-names.ts";
import { foundInImage } from "./seeds.ts";
import { lastLineOf, wordsOfLine, type ShellLine } from "./shell-lines.ts";

type DsIdentify = z.infer<typeof DsIdentifyFactsSchema>;

const programs = [
  "/usr/lib/cloud-init/ds-identify",
  "/usr/libexec/cloud-init/ds-identify",
  "/usr/local/lib/cloud-init/ds-identify",
  "/usr/local/libexec/cloud-init/ds-identify",
];
const configPath = "/etc/cloud/ds-identify.cfg";
const maxProgramBytes = 256 * 1024;

/** What steers ds-identify, and what its own text says it does when nothing steers it. */
export async function readDsIdentify(
  tree: FileTree,
  files: readonly ConfigFile[],
  commandLine: CommandLine | null,
): Promise<DsIdentify> {
  const program = await readProgram(tree);
  let policy: { value: string; where: Where } | null = null;
  let forced: { value: string; where: Where } | null = null;
  const config = await readConfig(tree);
  for (const { key, value, where } of config) {
    if (key === "datasource") forced = { value, where };
    if (key === "policy") policy = { value, where };
  }
  for (const word of commandLine?.text.split(/\s+/) ?? []) {
    const [key = "", raw = ""] = word.split(/=(.*)/, 2);
    // programs that know `ds=` cut the value at the first semicolon: `ds=nocloud;s=http://…`
    const value = program.kernelDsForces ? (raw.split(";")[0] ?? "") : raw;
    const where = commandLine?.where ?? { path: "", line: null };
    const isForcing = key === "ci.ds" || key === "ci.datasource" || (key === "ds" && program.kernelDsForces);
    if (isForcing) forced = { value, where };
    if (key === "ci.di.policy") policy = { value, where };
  }
  const isForced = forced !== null && forced.value !== "";
  const list = readList(files, commandLine);
  return {
    installed: program.isInstalled,
    policy: policy === null || policy.value === "" ? null : printable(policy.value, 200),
    policyFrom: policy === null || policy.value === "" ? null : policy.where,
    forced: isForced ? canonicalName(forced?.value ?? "") : null,
    forcedFrom: isForced ? (forced?.where ?? null) : null,
    defaultPolicy: program.defaultPolicy,
    defaultList: program.defaultList,
    kernelDsForces: program.kernelDsForces,
    readsList: list === null ? null : [...list.words],
    readsListFrom: list?.where ?? null,
    foundInImage: await foundInImage(tree, files),
    maybeEc2: isLaxAboutEc2(files, commandLine, config),
    keepsInstance:
      (await tree.stat("/var/lib/cloud/instance/manual-clean"))?.kind === "file"
        ? { path: "/var/lib/cloud/instance/manual-clean", line: null }
        : null,
  };
}

interface ConfigLine {
  readonly key: string;
  readonly value: string;
  readonly where: Where;
}

/** `key: value` lines; the shell's `read` drops a last line that does not end. */
async function readConfig(tree: FileTree): Promise<ConfigLine[]> {
  if ((await tree.stat(configPath))?.kind !== "file") return [];
  const lines = ((await tree.readText(configPath, maxConfigBytes)) ?? "").split("\n").slice(0, -1);
  return lines.flatMap((raw, index) => {
    const match = /^([^:]*):(.*)$/.exec(raw.replace(/#.*$/, ""));
    if (match === null) return [];
    const where = { path: configPath, line: index + 1 };
    return [{ key: (match[1] ?? "").trim(), value: unquoted((match[2] ?? "").trim()), where }];
  });
}

const unquoted = (text: string): string => /^(["'])(.*)\1$/.exec(text)?.[2] ?? text;

interface Program {
  readonly isInstalled: boolean;
  readonly defaultPolicy: string | null;
  readonly defaultList: string[] | null;
  readonly kernelDsForces: boolean;
}

async function readProgram(tree: FileTree): Promise<Program> {
  for (const path of programs) {
    const stat = await tree.stat(path);
    if (stat?.kind !== "file") continue;
    const text = stat.sizeBytes > maxProgramBytes ? "" : ((await tree.readText(path, maxProgramBytes)) ?? "");
    const policy = /^DI_DEFAULT_POLICY="([^"\n]{1,200})"/m.exec(text)?.[1];
    const list = /^DI_DSLIST_DEFAULT="([^"]{1,1000})"/m.exec(text)?.[1];
    return {
      isInstalled: true,
      defaultPolicy:
        policy === undefined ? null : printable(policy.replace("${DI_DISABLED}", "disabled"), 200),
      defaultList:
        list === undefined ? null : printable(list.replaceAll("\\\n", " "), 1000).trim().split(/\s+/),
      kernelDsForces: /^\s*ds\) _rc_dsname=/m.test(text),
    };
  }
  return { isInstalled: false, defaultPolicy: null, defaultList: null, kernelDsForces: false };
}

/** Empty words are no list: a block form (`datasource_list:` with items below) leaves the built-in order. */
function readList(
  files: readonly ConfigFile[],
  commandLine: CommandLine | null,
): { words: readonly string[]; where: Where } | null {
  if (commandLine !== null && /cc:.*datasource_list/.test(commandLine.text)) {
    const after = commandLine.text.slice(commandLine.text.lastIndexOf("datasource_list") + 15);
    const inside = (after.split("]")[0] ?? "").split("[").at(-1) ?? "";
    const words = wordsOfLine(inside);
    if (words.length > 0) return { words, where: commandLine.where };
  }
  const found: ShellLine | null = lastLineOf(files, "datasource_list");
  if (found === null) return null;
  const words = wordsOfLine(found.value);
  return words.length === 0 ? null : { words, where: found.where };
}

/** `strict_id` counts from the kernel, then from cloud.cfg and files named after Ec2, then from ds-identify.cfg. */
function isLaxAboutEc2(
  files: readonly ConfigFile[],
  commandLine: CommandLine | null,
  config: readonly ConfigLine[],
): boolean {
  const key = "ci.datasource.ec2.strict_id";
  const fromKernel = commandLine?.text.split(/\s+/).findLast((word) => word.startsWith(`${key}=`));
  const named = files.filter(
    ({ path }) => path === "/etc/cloud/cloud.cfg" || /\/[^/]*ec2[^/]*\.cfg$/i.test(path),
  );
  const fromFiles = lastLineOf(named, "strict_id")?.value;
  const fromConfig = config.find((line) => line.key === key)?.value;
  const value = fromKernel?.slice(key.length + 1) ?? fromFiles ?? fromConfig ?? "true";
  return /^(?:false|warn(?:,\d.*)?)$/.test(value);
}
