import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "#core/lib/app-error.ts";
import type { Ports } from "#ports/ports.ts";
import { writePracticeMedium } from "./practice-medium.ts";
import { bootstrapRoot } from "./practice-root.ts";

/** Raised when the code that lays out the medium changes in a way that its resources do not show. */
const recipeVersion = 1;

/** Programs of the host and the Debian packages that bring them; everything else comes out of the packages. */
const neededPrograms = {
  mmdebstrap: "mmdebstrap",
  xorriso: "xorriso",
  mformat: "mtools",
  mcopy: "mtools",
  tar: "tar",
};

export interface PracticeIso {
  path: string;
  fileBytes: number;
  /** True when an earlier run had built it. */
  reused: boolean;
  elapsedMs: number;
}

/**
 * The practice installer, a real bootable medium made from Debian packages. Kept in the cache under the hash
 * of its recipe; building takes one to two minutes and a package mirror.
 * Errors: tool-missing (naming packages), tool-failed, disk-full, cancelled.
 */
export async function providePracticeIso(
  ports: Ports,
  options: {
    signal: AbortSignal;
    onMessage: (text: string) => void;
    onProgress: (doneBytes: number, totalBytes: number) => void;
  },
): Promise<PracticeIso> {
  const startedMs = ports.clock.nowMs();
  const folder = join(ports.directories.cache, "practice-iso");
  const path = join(folder, `practice-installer-${await recipeHash(ports)}.iso`);
  const answer = async (reused: boolean): Promise<PracticeIso> => {
    const { size } = await stat(path);
    return { path, fileBytes: size, reused, elapsedMs: ports.clock.nowMs() - startedMs };
  };
  if (existsSync(path)) return answer(true);
  await assertPrograms(ports);
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, "work-"));
  try {
    options.onMessage("Collecting Debian packages");
    const root = await bootstrapRoot(work, ports, options);
    options.onMessage("Writing the installer medium");
    const medium = join(work, "medium.iso");
    await writePracticeMedium(root, medium, ports, options);
    await rename(medium, path);
    return await answer(false);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function assertPrograms({ processes }: Ports): Promise<void> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new AppError(
      "tool-missing",
      "The practice installer is built from Debian packages on x86-64 Linux only",
      {
        hint: "Make a machine from an installer ISO of your own instead.",
      },
    );
  }
  const missing = new Set<string>();
  for (const [program, packageName] of Object.entries(neededPrograms)) {
    if ((await processes.find(program)) === null) missing.add(packageName);
  }
  if (missing.size === 0) return;
  const names = [...missing].join(", ");
  throw new AppError("tool-missing", `Building the practice installer needs ${names}`, {
    hint: `Run \`goldsmith setup --tests\`, or install ${names} with the system's package manager.`,
    details: { packages: [...missing] },
  });
}

async function recipeHash({ directories }: Ports): Promise<string> {
  const resources = join(directories.resources, "practice-iso");
  const hash = createHash("sha256").update(`version ${recipeVersion}\n`);
  for (const name of (await readdir(resources)).toSorted()) {
    if (name !== "README.md") hash.update(`${name}\0`).update(await readFile(join(resources, name)));
  }
  return hash.digest("hex").slice(0, 12);
}
