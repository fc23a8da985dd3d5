import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { readLines } from "#core/image/facts/text-lines.ts";
import type { GrubVariable } from "./grub-script.ts";
import { keywordLines, type KeywordLine } from "./keyword-lines.ts";
import { withDefaultFirst, type RawEntry, type RawMenu } from "./raw-entry.ts";

/** The Boot Loader Specification, type 1: a file an entry. GRUB's `blscfg` and systemd-boot read them. */
const maxEntries = 64;
const maxFiles = 500;
const maxOptionsLength = 16 * 1024;

interface Named {
  readonly id: string;
  readonly title: string;
  readonly version: string;
  readonly entry: RawEntry;
}

/**
 * Newest first, as both loaders sort; the one that `chosen` names (id, title or number) before them. Options
 * may be `$kernelopts`, from GRUB's environment or its configuration.
 */
export async function readLoaderEntries(
  tree: FileTree,
  folder: string,
  chosen: string,
  variables: ReadonlyMap<string, GrubVariable>,
): Promise<RawMenu> {
  const names = (await tree.readDirectory(folder)).map(({ name }) => name).slice(0, maxFiles);
  const files = names.filter((name) => name.endsWith(".conf") && !name.includes("rescue"));
  const sorted = files.sort((a, b) => b.localeCompare(a, "en", { numeric: true })).slice(0, maxEntries);
  const all = await Promise.all(sorted.map((name) => readEntry(tree, `${folder}/${name}`, variables)));
  const found = all.filter((entry) => entry !== null);
  const numbered = /^\d+$/.test(chosen) ? found[Number(chosen)] : undefined;
  const named = found.find(({ id, title, version }) => matches(chosen, id, title, version));
  return withDefaultFirst(
    found.map(({ entry }) => entry),
    (numbered ?? named)?.entry ?? null,
  );
}

/** systemd-boot's `default` is a shell pattern for ids, with or without `.conf`. */
function matches(chosen: string, id: string, title: string, version: string): boolean {
  if (chosen === "") return false;
  const wanted = chosen.replace(/\.conf$/, "");
  if ([id, title, `${title} (${version})`].includes(wanted)) return true;
  const star = wanted.indexOf("*");
  return star > 0 && id.startsWith(wanted.slice(0, star));
}

async function readEntry(
  tree: FileTree,
  path: string,
  variables: ReadonlyMap<string, GrubVariable>,
): Promise<Named | null> {
  const fields = keywordLines(await readLines(tree, path));
  const one = (key: string): KeywordLine | undefined => fields.find((field) => field.key === key);
  const kernel = one("linux") ?? one("efi");
  if (kernel === undefined) return null;
  const options = fields.filter((field) => field.key === "options");
  let source = { path, line: options[0]?.line ?? kernel.line };
  let budget = maxOptionsLength;
  const text = options.map(({ value }) =>
    value.slice(0, maxOptionsLength).replace(/\$\{?(\w+)\}?/g, (_whole, name: string) => {
      const variable = variables.get(name);
      budget -= variable?.value.length ?? 0;
      if (budget < 0) return "";
      if (name === "kernelopts" && variable !== undefined) source = variable;
      return variable?.value ?? "";
    }),
  );
  const initrds = fields.filter(({ key }) => key === "initrd").flatMap(({ value }) => value.split(/\s+/));
  return {
    id: path.slice(path.lastIndexOf("/") + 1).replace(/\.conf$/, ""),
    title: one("title")?.value ?? "",
    version: one("version")?.value ?? "",
    entry: {
      kernel: kernel.value,
      initrds: initrds.filter((initrd) => initrd !== "" && !initrd.startsWith("$")),
      options: text.join(" ").trim(),
      line: source.line,
      path: source.path,
    },
  };
}
