import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { AppError } from "#core/lib/app-error.ts";

export interface KernelModule {
  /** Path below the modules folder, such as `kernel/drivers/scsi/virtio_scsi.ko`. */
  readonly path: string;
  readonly content: Uint8Array;
  /** Names of the modules that must be loaded before this one. */
  readonly dependencies: readonly string[];
}

/** The kernel writes names with underscores although files may have dashes (modprobe(8)). */
export const moduleName = (path: string): string => basename(path).replace(/\.ko$/, "").replaceAll("-", "_");

/**
 * The named modules of a kernel with everything they depend on, dependencies first: the order in which to
 * load them. Names that are built into the kernel are left out; a name that is nowhere is an error.
 * `folder` is `lib/modules/<version>`.
 */
export async function collectModules(folder: string, names: readonly string[]): Promise<KernelModule[]> {
  const files = new Map<string, string>();
  for (const path of await readdir(join(folder, "kernel"), { recursive: true })) {
    if (path.endsWith(".ko")) files.set(moduleName(path), join("kernel", path));
  }
  const builtIn = new Set(
    (await readFile(join(folder, "modules.builtin"), "utf8")).split("\n").map(moduleName),
  );
  const found = new Map<string, KernelModule>();
  const visit = async (name: string): Promise<void> => {
    if (found.has(name) || builtIn.has(name)) return;
    const path = files.get(name);
    if (path === undefined) {
      throw new AppError("tool-failed", `The kernel in ${folder} has no module ${name}`, {
        hint: "The distribution's kernel package is not the expected one.",
      });
    }
    const content = await readFile(join(folder, path));
    const dependencies = moduleDependencies(content);
    for (const dependency of dependencies) await visit(dependency);
    found.set(name, { path, content, dependencies });
  };
  for (const name of names) await visit(name);
  return [...found.values()];
}

/** The `depends=` line of a module's .modinfo section: NUL-terminated, comma-separated. */
export function moduleDependencies(content: Uint8Array): string[] {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const start = bytes.indexOf("\0depends=");
  if (start < 0) return [];
  const end = bytes.indexOf(0, start + 1);
  const list = bytes.toString("latin1", start + "\0depends=".length, end);
  return list === "" ? [] : list.split(",").map((name) => name.replaceAll("-", "_"));
}

/** modules.dep as depmod(8) writes it: `path: direct and indirect dependencies`, for modprobe in a guest. */
export function modulesDep(modules: readonly KernelModule[]): string {
  const byName = new Map(modules.map((module) => [moduleName(module.path), module]));
  const all = (module: KernelModule): KernelModule[] =>
    module.dependencies.flatMap((name) => {
      const dependency = byName.get(name);
      return dependency === undefined ? [] : [dependency, ...all(dependency)];
    });
  return modules
    .map((module) => `${module.path}:${[...new Set(all(module))].map(({ path }) => ` ${path}`).join("")}\n`)
    .join("");
}
