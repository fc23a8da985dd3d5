import type { Where } from "#contract/where.ts";
import { printable } from "#core/image/source/binary.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { readLines } from "#core/image/facts/text-lines.ts";
import type { InitSystem } from "./services.ts";

/** rc.conf(5) in the order of reading; the last assignment counts. */
const files = ["/etc/defaults/rc.conf", "/etc/rc.conf", "/etc/rc.conf.local"];
const folder = "/etc/rc.conf.d";
const scriptFolders = ["/etc/rc.d", "/usr/local/etc/rc.d"];
const maxFiles = 100;

export interface RcSetting {
  readonly value: string;
  readonly where: Where;
}

/** All variables of rc.conf, without quotes. */
export async function readRcConf(tree: FileTree): Promise<Map<string, RcSetting>> {
  const below = (await tree.readDirectory(folder)).slice(0, maxFiles).map(({ name }) => `${folder}/${name}`);
  const settings = new Map<string, RcSetting>();
  for (const path of [...files, ...below]) {
    if ((await tree.stat(path))?.kind !== "file") continue;
    for (const { line, text } of await readLines(tree, path)) {
      const match = /^([A-Za-z_]\w*)=(?:"([^"]*)"|'([^']*)'|([^\s;#]*))/.exec(text);
      if (match === null) continue;
      settings.set(match[1] ?? "", {
        value: match[2] ?? match[3] ?? match[4] ?? "",
        where: { path: printable(path), line },
      });
    }
  }
  return settings;
}

/** FreeBSD and NetBSD: `name_enable="YES"`, or `name=YES` on NetBSD. */
export async function readBsdRc(tree: FileTree): Promise<InitSystem> {
  const settings = await readRcConf(tree);
  const plain = (unit: string): string => unit.replace(/\.service$/, "").replaceAll("-", "_");
  const startedBy = (unit: string): Where | null => {
    const setting = settings.get(`${plain(unit)}_enable`) ?? settings.get(plain(unit));
    return setting !== undefined && /^(?:yes|true|on|1)$/i.test(setting.value) ? setting.where : null;
  };
  const on = [...settings.keys()].map((key) => key.replace(/_enable$/, ""));
  return {
    kind: "bsd-rc",
    startedBy: (unit) => Promise.resolve(startedBy(unit)),
    enabledBy: (unit) => Promise.resolve(startedBy(unit)?.path ?? null),
    async unitPath(unit) {
      for (const place of scriptFolders) {
        for (const name of [unit.replace(/\.service$/, ""), plain(unit), plain(unit).replaceAll("_", "")]) {
          if ((await tree.stat(`${place}/${name}`))?.kind === "file") return `${place}/${name}`;
        }
      }
      return null;
    },
    maskedBy: () => Promise.resolve(null),
    heldBackBy: () => Promise.resolve(null),
    settingsOf: () => Promise.resolve([]),
    generatorPath: () => Promise.resolve(null),
    enabledUnits: () => Promise.resolve([...new Set(on.filter((name) => startedBy(name) !== null))]),
  };
}
