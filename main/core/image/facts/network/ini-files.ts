import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { readUnitFile, type UnitSetting } from "#core/image/facts/init/unit-file.ts";

const maxFiles = 200;

export interface IniFile {
  readonly path: string;
  readonly settings: readonly UnitSetting[];
}

/** Files of several folders, sorted by name; one name counts from the first folder that has it. */
export async function readIniFiles(
  tree: FileTree,
  folders: readonly string[],
  isWanted: (name: string) => boolean,
): Promise<IniFile[]> {
  const byName = new Map<string, string>();
  for (const folder of folders) {
    for (const { name } of await tree.readDirectory(folder)) {
      if (isWanted(name) && !byName.has(name)) byName.set(name, `${folder}/${name}`);
    }
  }
  const paths = [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
  return Promise.all(
    paths.slice(0, maxFiles).map(async (path) => ({ path, settings: await readUnitFile(tree, path) })),
  );
}

/** Values of a key in any of the sections. */
export const valuesOf = (file: IniFile, sections: readonly string[], key: string): UnitSetting[] =>
  file.settings.filter((setting) => setting.key === key && sections.includes(setting.section));
