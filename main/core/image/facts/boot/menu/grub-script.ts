import type { TextLine } from "#core/image/facts/text-lines.ts";
import { evaluate, statementsOf, type Statement } from "./grub-words.ts";
import { menuBuilder, type MenuNode } from "./grub-menu.ts";
import type { RawEntry } from "./raw-entry.ts";

/** A variable of a script, with the file and line that set it last. */
export interface GrubVariable {
  readonly value: string;
  readonly path: string;
  readonly line: number;
}

export interface GrubScript {
  readonly nodes: readonly MenuNode[];
  readonly variables: ReadonlyMap<string, GrubVariable>;
  /** The menu's entries come from files as well: Fedora's and Red Hat's command `blscfg`. */
  readonly usesLoaderEntries: boolean;
  /** UUIDs that `search` looks for outside of the menu's entries. */
  readonly searched: readonly string[];
  /** Another configuration that is read instead of this one. */
  readonly configFile: string | null;
}

/** All values together; a script that asks for more is no script of a distribution. */
const maxWork = 2 * 1024 ** 2;

/**
 * Runs a grub.cfg as far as it decides what starts: assignments, `if` with tests of text, menus, `linux`,
 * `initrd`. Of a test that only the machine can answer (files, arithmetic) both ways are taken, in order.
 * `environment`: what grubenv holds, for `load_env`.
 */
export function runGrubScript(
  path: string,
  lines: readonly TextLine[],
  environment: ReadonlyMap<string, GrubVariable>,
): GrubScript {
  const variables = new Map<string, GrubVariable>();
  const menu = menuBuilder();
  const conditions: Condition[] = [];
  const searched: string[] = [];
  let usesLoaderEntries = false;
  let configFile: string | null = null;
  let skippedBlocks = 0;
  let work = 0;
  const valueOf = (name: string): string => variables.get(name)?.value ?? "";
  const value = (word: string): string => {
    const result = evaluate(word, valueOf);
    work += result.length;
    return result;
  };
  const isActive = (): boolean => conditions.every((condition) => condition.active);

  const assign = (name: string, text: string, line: number): void => {
    variables.set(name, { value: text, path, line });
  };

  function run({ line, words }: Statement): void {
    const [command = "", ...rest] = words;
    if (runCondition(conditions, words, value)) return;
    if (command === "then" || command === "do")
      return rest.length > 0 ? run({ line, words: rest }) : undefined;
    if (command === "else") return rest.length > 0 ? run({ line, words: rest }) : undefined;
    if (command === "function" || skippedBlocks > 0) return skipBlock(command);
    if (command === "{") return;
    if (command === "}") return menu.close();
    if (!isActive()) return menu.ignored(command);
    const assignment = /^(\w+)=([\s\S]*)$/.exec(command === "set" ? (rest[0] ?? "") : command);
    if (assignment !== null) return assign(assignment[1] ?? "", value(assignment[2] ?? ""), line);
    if (command === "unset") return void variables.delete(rest[0] ?? "");
    if (command === "load_env") for (const [name, from] of environment) variables.set(name, from);
    if (command === "blscfg") usesLoaderEntries = true;
    if (command === "configfile" || command === "source") configFile ??= value(rest[0] ?? "");
    if (/^search(?:\.fs_uuid)?$/.test(command) && !menu.isInside()) {
      const uuid = rest.map(value).find((word) => /^[\da-f-]{9,36}$/i.test(word));
      if (uuid !== undefined) searched.push(uuid);
    }
    if (command === "menuentry" || command === "submenu") {
      menu.open(command, value(rest[0] ?? ""), value(idWord(rest) ?? ""));
    } else menu.command(command, () => rest.map(value), line);
  }

  /** Functions only set the screen up; their bodies are not run. */
  function skipBlock(command: string): void {
    if (command === "function") skippedBlocks = Math.max(1, skippedBlocks);
    else if (command === "{") skippedBlocks++;
    else if (command === "}") skippedBlocks = skippedBlocks <= 2 ? 0 : skippedBlocks - 1;
  }

  for (const statement of statementsOf(lines)) {
    if (work > maxWork) break;
    run(statement);
  }
  return { nodes: menu.nodes(), variables, usesLoaderEntries, searched, configFile };
}

/** `--id NAME`; generators write `$menuentry_id_option NAME`. */
function idWord(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => word === "--id" || /^\$\{?menuentry_id_option\}?$/.test(word));
  return at === -1 ? words.find((word) => word.startsWith("--id="))?.slice(5) : words[at + 1];
}

interface Condition {
  active: boolean;
  /** One branch was taken for sure: no other one is. */
  taken: boolean;
}

/** Deeper ones do not count; no generator nests them like that. */
const maxConditions = 100;

/** Answers whether the statement was `if`, `elif` or `fi`, or opened an `else`. */
function runCondition(
  conditions: Condition[],
  [command = "", ...words]: readonly string[],
  value: (word: string) => string,
): boolean {
  const current = conditions.at(-1);
  if (command === "if") {
    const result = test(words, value);
    if (conditions.length < maxConditions)
      conditions.push({ active: result !== false, taken: result === true });
  } else if (command === "elif" && current !== undefined) {
    const result: boolean | null = current.taken ? false : test(words, value);
    current.active = result !== false;
    if (result === true) current.taken = true;
  } else if (command === "else" && current !== undefined) {
    current.active = !current.taken;
    return words.length === 0;
  } else if (command === "fi") conditions.pop();
  else return false;
  return true;
}

/** test(1) on text; null where only the machine knows. */
function test(words: readonly string[], value: (word: string) => string): boolean | null {
  const [first, ...rest] = words;
  if (first !== "[" && first !== "test") return null;
  const terms = (rest.at(-1) === "]" ? rest.slice(0, -1) : rest).map(value);
  const [a = "", b, c] = terms;
  if (terms.length === 1) return a !== "";
  if (terms.length === 2 && a === "-z") return b === "";
  if (terms.length === 2 && a === "-n") return b !== "";
  if (terms.length === 3 && (b === "=" || b === "==")) return a === c;
  if (terms.length === 3 && b === "!=") return a !== c;
  return null;
}

/** The entries that start Linux, the default one first. `chosen`: number, title or id, parts joined by `>`. */
export function entriesOf(nodes: readonly MenuNode[], chosen: string): RawEntry[] {
  const all = flatten(nodes);
  const picked = pick(nodes, chosen);
  const first = picked === null ? undefined : flatten([picked])[0];
  return first === undefined ? all : [first, ...all.filter((entry) => entry !== first)];
}

function pick(nodes: readonly MenuNode[], chosen: string): MenuNode | null {
  let level = nodes;
  let picked: MenuNode | null = null;
  for (const part of chosen.split(/(?<!>)>(?!>)/)) {
    const found: MenuNode | undefined = /^\d+$/.test(part)
      ? level[Number(part)]
      : level.find((node) => node.id === part || node.title === part);
    if (found === undefined) break;
    picked = found;
    level = found.children;
  }
  return picked ?? nodes[0] ?? null;
}

const flatten = (nodes: readonly MenuNode[]): RawEntry[] =>
  nodes.flatMap((node) => (node.entry === null ? flatten(node.children) : [node.entry]));
