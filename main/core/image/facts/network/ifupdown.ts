import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { matchesGlob } from "#core/image/facts/init/glob.ts";
import { readLines, type TextLine } from "#core/image/facts/text-lines.ts";
import { printable } from "#core/image/source/binary.ts";
import {
  isLoopback,
  macOf,
  maxAddresses,
  maxInterfaces,
  pinning,
  type InterfaceFacts,
} from "./interface-name.ts";

const mainFile = "/etc/network/interfaces";
const maxFiles = 100;

interface Line extends TextLine {
  readonly path: string;
}

/** interfaces(5): `source` and `source-directory` stand for the lines of other files. */
async function allLines(tree: FileTree): Promise<Line[]> {
  const lines: Line[] = [];
  let files = 0;
  async function read(path: string, depth: number): Promise<void> {
    if (depth > 10 || ++files > maxFiles || (await tree.stat(path))?.kind !== "file") return;
    for (const { line, text } of await readLines(tree, path)) {
      const [keyword, ...words] = text.split(/\s+/);
      if (keyword === "source") {
        for (const word of words) for (const file of await expand(tree, word)) await read(file, depth + 1);
      } else if (keyword === "source-directory") {
        for (const word of words) {
          const folder = absolute(word);
          const names = (await tree.readDirectory(folder)).map(({ name }) => name);
          for (const name of names.filter((n) => /^[A-Za-z0-9_-]+$/.test(n)))
            await read(`${folder}/${name}`, depth + 1);
        }
      } else lines.push({ line, text, path: printable(path) });
    }
  }
  await read(mainFile, 0);
  return lines;
}

const absolute = (path: string): string => (path.startsWith("/") ? path : `/etc/network/${path}`);

async function expand(tree: FileTree, word: string): Promise<string[]> {
  const path = absolute(word);
  const slash = path.lastIndexOf("/");
  const pattern = path.slice(slash + 1);
  if (!/[*?[]/.test(pattern)) return [path];
  const names = (await tree.readDirectory(path.slice(0, slash))).map(({ name }) => name);
  return names
    .filter((name) => !name.startsWith(".") && matchesGlob(pattern, name))
    .map((name) => `${path.slice(0, slash)}/${name}`);
}

interface Stanza {
  readonly name: string;
  readonly methods: Set<string>;
  readonly addresses: string[];
  readonly where: InterfaceFacts["where"];
  mac: string | null;
}

export async function readIfupdown(tree: FileTree): Promise<InterfaceFacts[]> {
  const automatic: string[] = [];
  const stanzas = new Map<string, Stanza>();
  let current: Stanza | null = null;
  for (const { path, line, text } of await allLines(tree)) {
    const [keyword = "", ...words] = text.split(/\s+/);
    if (keyword === "auto" || keyword.startsWith("allow-")) {
      automatic.push(...words);
      current = null;
    } else if (keyword === "iface") {
      const [name = "", , method = ""] = words;
      current = stanzas.get(name) ?? null;
      if (current === null && stanzas.size < maxInterfaces) {
        current = { name, methods: new Set(), addresses: [], where: { path, line }, mac: null };
        stanzas.set(name, current);
      }
      current?.methods.add(method);
    } else if (keyword === "mapping" || keyword === "rename" || keyword === "no-auto-down") current = null;
    else if (
      keyword === "address" &&
      words[0] !== undefined &&
      (current?.addresses.length ?? maxAddresses) < maxAddresses
    )
      current?.addresses.push(printable(words[0], 60));
    else if (keyword === "hwaddress" && current !== null) current.mac = macOf(words.at(-1));
  }
  return [...stanzas.values()]
    .filter(({ name, methods }) => !isLoopback(name) && !methods.has("loopback"))
    .map((stanza) => {
      const pattern = automatic.find((word) => {
        const [card = "", logical] = word.replace(/^\//, "").split("=");
        return logical === undefined ? matchesGlob(card, stanza.name) : logical === stanza.name;
      });
      return {
        tool: "ifupdown" as const,
        where: stanza.where,
        name: printable(stanza.name, 100),
        // `auto /en*=nic` starts whatever matches
        pinnedTo: pattern?.includes("=") === true ? null : pinning([stanza.name], stanza.mac),
        mac: stanza.mac,
        method: pattern === undefined ? ("disabled" as const) : methodOf(stanza),
        addresses: stanza.addresses,
      };
    });
}

function methodOf({ methods, addresses }: Stanza): InterfaceFacts["method"] {
  const isDhcp = methods.has("dhcp") || methods.has("auto") || methods.has("bootp");
  if (methods.has("static") || addresses.length > 0) return isDhcp ? "mixed" : "static";
  if (isDhcp) return "dhcp";
  return methods.has("manual") ? "disabled" : "unknown";
}
