import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { field, type Stanza } from "./control-stanzas.ts";
import { fetchPackage, readIndex, type DebianArchive } from "./debian-archive.ts";
import {
  describeUdeb,
  layOutFiles,
  layOutModules,
  madeFilename,
  openKernelTree,
  packUdeb,
  unpackDeb,
} from "./udeb-builder.ts";
import {
  indexForKernel,
  moduleStem,
  printIndex,
  printRelease,
  type Fate,
  type InitrdContent,
} from "./udeb-index.ts";
import { fileRecipes, moduleRecipes } from "./udeb-recipes.ts";

/** A suite of udebs that can all be downloaded: what the installer asks a mirror for. */
export interface UdebSuite {
  /** Paths below the archive's root -> content. */
  readonly texts: ReadonlyMap<string, Uint8Array>;
  /** Paths below the archive's root -> files of this computer. */
  readonly files: ReadonlyMap<string, string>;
  /** Names of the udebs that were wrapped anew, and of those that are missing for good. */
  readonly made: readonly string[];
  readonly missing: readonly string[];
}

export interface UdebSuiteInput {
  readonly archive: DebianArchive;
  /** The release whose udebs they are, such as `trixie`. */
  readonly release: string;
  /** The name under which the installer asks for it. */
  readonly suite: string;
  readonly initrd: InitrdContent;
  /** Folder in which made udebs are kept. */
  readonly folder: string;
}

const atOnce = 8;

/**
 * Looks at each udeb of the release whether its file can be downloaded, and wraps those that cannot from ordinary
 * packages of the same release, as far as there is a recipe; the rest is left out of the index.
 */
export async function makeUdebSuite(input: UdebSuiteInput): Promise<UdebSuite> {
  const { archive, release, suite, initrd } = input;
  const ordinary = await readIndex(archive, release, "main/binary-amd64");
  const packages = new Map(ordinary.map((stanza) => [field(stanza, "Package"), stanza]));
  const component = "main/debian-installer/binary-amd64";
  const index = indexForKernel(await readIndex(archive, release, component), initrd);
  const wrapper = createWrapper(input, packages);
  const fates = new Map<Stanza, Fate>();
  const queue = [...index];
  const work = async (): Promise<void> => {
    for (let stanza = queue.shift(); stanza !== undefined; stanza = queue.shift()) {
      fates.set(stanza, await fateOf(stanza));
    }
  };
  const fateOf = async (stanza: Stanza): Promise<Fate> => {
    if (initrd.installed.has(field(stanza, "Package"))) return { kind: "keep" };
    if (await archive.exists(field(stanza, "Filename"))) return { kind: "keep" };
    const made = await wrapper.make(stanza);
    return made === null ? { kind: "leave-out" } : { kind: "made", stanza: made };
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const text = printIndex(index, (stanza) => fates.get(stanza) ?? { kind: "leave-out" });
  const packed = gzipSync(text);
  const inSuite = (name: string): string => `dists/${suite}/${name}`;
  const namesOf = (kind: Fate["kind"]): string[] =>
    index.filter((stanza) => fates.get(stanza)?.kind === kind).map((stanza) => field(stanza, "Package"));
  return {
    texts: new Map<string, Uint8Array>([
      [inSuite("Release"), Buffer.from(printRelease(suite, `${component}/Packages.gz`, packed))],
      [inSuite(`${component}/Packages.gz`), packed],
    ]),
    files: wrapper.files,
    made: namesOf("made"),
    missing: namesOf("leave-out"),
  };
}

function createWrapper(
  { archive, initrd, folder }: UdebSuiteInput,
  packages: ReadonlyMap<string, Stanza>,
): { files: Map<string, string>; make(stanza: Stanza): Promise<Stanza | null> } {
  const files = new Map<string, string>();
  const unpacking = new Map<string, Promise<string>>();
  let turn: Promise<unknown> = Promise.resolve();

  const unpacked = (name: string): Promise<string> => {
    const work = unpacking.get(name) ?? unpackPackage(name);
    unpacking.set(name, work);
    return work;
  };
  async function unpackPackage(name: string): Promise<string> {
    const stanza = packages.get(name);
    if (stanza === undefined) throw new Error(`The release has no package ${name}`);
    const deb = await fetchPackage(archive, stanza);
    return unpackDeb(deb, join(folder, "unpacked", basename(deb, ".deb")));
  }

  async function layOut(stanza: Stanza, tree: string): Promise<boolean> {
    const name = field(stanza, "Package");
    const stem = moduleStem(name, initrd.kernelRelease);
    const modules = stem === null ? undefined : moduleRecipes[stem];
    if (modules !== undefined) {
      const root = await unpacked(`linux-image-${initrd.kernelRelease}`);
      await layOutModules(await openKernelTree(root, initrd.kernelRelease), modules, tree);
      return true;
    }
    const recipe = fileRecipes[name];
    if (recipe === undefined) return false;
    await layOutFiles(recipe, tree, unpacked);
    return true;
  }

  async function make(stanza: Stanza): Promise<Stanza | null> {
    const filename = madeFilename(stanza);
    const target = join(folder, basename(filename));
    const tree = `${target}.tree`;
    await rm(tree, { recursive: true, force: true });
    await mkdir(tree, { recursive: true });
    if (existsSync(target)) {
      await rm(tree, { recursive: true });
      files.set(filename, target);
      return describeUdeb(stanza, { target, filename });
    }
    if (!(await layOut(stanza, tree))) {
      await rm(tree, { recursive: true });
      return null;
    }
    const made = await packUdeb(stanza, { tree, target, filename });
    files.set(filename, target);
    return made;
  }

  return {
    files,
    // One after the other: several unpack the same kernel.
    make(stanza) {
      const done = turn.then(() => make(stanza));
      turn = done.catch(() => {});
      return done;
    },
  };
}
