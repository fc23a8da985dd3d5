import type { Where } from "#contract/where.ts";
import { printable } from "#core/image/source/binary.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { failingCondition } from "./conditions.ts";
import { isFirstBoot, presetFor, readPresets } from "./presets.ts";
import { defaultTarget, reachFrom } from "./reach.ts";
import { readScriptLinks } from "./script-links.ts";
import { readUnitFolders, systemdFolders } from "./unit-folders.ts";
import { listOf, wordsOf } from "./unit-file.ts";
import type { InitSystem } from "./services.ts";

/** Generators that pull in a target by themselves, when nothing else does. */
const generatedTargets: readonly (readonly [generator: string, unit: string])[] = [
  ["cloud-init-generator", "cloud-init.target"],
];

const at = (path: string): Where => ({ path: printable(path), line: null });

export async function readSystemd(tree: FileTree, commandLine: string): Promise<InitSystem> {
  const units = await readUnitFolders(tree);
  const boot = { commandLine, isFirstBoot: await isFirstBoot(tree, commandLine) };
  const presets = boot.isFirstBoot ? await readPresets(tree) : [];
  const generators = new Map<string, string>();
  for (const folder of await systemdFolders(tree, "system-generators")) {
    for (const { name } of await tree.readDirectory(folder)) {
      if (!generators.has(name)) generators.set(name, `${folder}/${name}`);
    }
  }
  const generatorPath: InitSystem["generatorPath"] = async (name) => {
    const path = generators.get(name);
    return path !== undefined && (await tree.stat(path))?.kind === "file" ? path : null;
  };
  const kernelWords = (key: string): string[] =>
    [...commandLine.matchAll(/(?:^|\s)systemd\.(mask|wants)=(\S+)/g)].flatMap(([, name, unit]) =>
      name === key && unit !== undefined ? [unit] : [],
    );
  const extra: [string, string][] = kernelWords("wants").map((unit) => [unit, "the kernel command line"]);
  for (const [generator, unit] of generatedTargets) {
    const path = await generatorPath(generator);
    if (path !== null) extra.push([unit, path]);
  }
  const target = await defaultTarget(tree, units, commandLine);
  const reached = await reachFrom(target, units, extra);
  const sysv = await readScriptLinks(tree, "sysv");

  const maskedBy: InitSystem["maskedBy"] = async (unit) =>
    kernelWords("mask").includes(unit)
      ? "the kernel command line"
      : units.maskedBy(await units.canonical(unit));

  async function startedBy(asked: string): Promise<Where | null> {
    const unit = await units.canonical(asked);
    const link = reached.get(unit);
    if (link !== undefined) return at(link ?? units.locate(target)?.path ?? target);
    if (units.locate(unit) === null) {
      // systemd-sysv-generator(8) makes services of scripts that have no unit
      const script =
        (await generatorPath("systemd-sysv-generator")) === null ? null : await sysv.enabledBy(unit);
      return script === null ? null : at(script);
    }
    return boot.isFirstBoot ? fromPreset(unit) : null;
  }

  /** What `systemctl preset-all` of the first boot will link. */
  async function fromPreset(unit: string): Promise<Where | null> {
    const preset = presetFor(presets, unit);
    if (preset?.verb === "disable" || (await units.maskedBy(unit)) !== null) return null;
    const settings = await units.settingsOf(unit);
    const wantedBy = ["WantedBy", "RequiredBy", "UpheldBy"].flatMap((key) => wordsOf(settings, key));
    const isReached = wantedBy.some((by) => reached.has(by === "default.target" ? target : by));
    return isReached ? (preset?.where ?? at("/etc/machine-id")) : null;
  }

  return {
    kind: "systemd",
    generatorPath,
    maskedBy,
    startedBy,
    enabledBy: async (unit) => (await startedBy(unit))?.path ?? null,
    settingsOf: async (unit) => units.settingsOf(await units.canonical(unit)),
    unitPath: async (asked) => {
      const path = units.locate(await units.canonical(asked))?.path ?? units.locate(asked)?.path ?? null;
      return path !== null && (await tree.stat(path))?.kind === "file" ? path : null;
    },
    async heldBackBy(asked) {
      const unit = await units.canonical(asked);
      const settings = await units.settingsOf(unit);
      const failing = await failingCondition(tree, settings, boot);
      if (failing !== null || !unit.endsWith(".service")) return failing;
      const last = settings.findLast(({ key }) => key === "ExecStart");
      return last !== undefined && listOf(settings, "ExecStart").length === 0 ? last.where : null;
    },
    enabledUnits: () => {
      const byPreset = presets.filter(({ verb, pattern }) => verb === "enable" && !/[*?[]/.test(pattern));
      return Promise.resolve([...new Set([...reached.keys(), ...byPreset.map(({ pattern }) => pattern)])]);
    },
  };
}
