import { unreadable } from "#core/image/source/binary.ts";

/** lvm.conf(5)'s syntax, in which LVM2 also keeps its metadata: sections, `key = value`, lists, comments. */
export type ConfigScalar = string | number;

export interface ConfigSection {
  readonly values: ReadonlyMap<string, ConfigScalar | readonly ConfigScalar[]>;
  readonly sections: ReadonlyMap<string, ConfigSection>;
}

interface OpenSection {
  readonly values: Map<string, ConfigScalar | readonly ConfigScalar[]>;
  readonly sections: Map<string, OpenSection>;
}

const maxDepth = 16;
const maxTokens = 2_000_000;
/** About 5 ms of work; then others get their turn. */
const tokensPerTurn = 20_000;

const broken = (): Error => unreadable("The text of LVM's metadata is damaged");

/** Whitespace and comments, then one of: string, number, identifier, punctuation. */
const tokenPattern = /(?:[\s\0]+|#[^\n]*)*(?:"((?:[^"\\]|\\.)*)"|([A-Za-z0-9_.+\-@/]+)|([{}[\]=,]))?/suy;

interface Token {
  readonly kind: "text" | "word" | "mark" | "end";
  readonly value: string;
}

function* tokensOf(text: string): Generator<Token> {
  tokenPattern.lastIndex = 0;
  for (let at = 0; ;) {
    tokenPattern.lastIndex = at;
    const match = tokenPattern.exec(text);
    if (match === null) throw broken();
    at = tokenPattern.lastIndex;
    const [, quoted, word, mark] = match;
    if (quoted !== undefined) yield { kind: "text", value: quoted.replace(/\\(.)/gsu, "$1") };
    else if (word !== undefined) yield { kind: "word", value: word };
    else if (mark !== undefined) yield { kind: "mark", value: mark };
    else if (at >= text.length) return;
    else throw broken();
  }
}

/** Throws `image-unreadable` for what is no such text. */
export async function parseConfigText(text: string): Promise<ConfigSection> {
  const root: OpenSection = { values: new Map(), sections: new Map() };
  const open: OpenSection[] = [root];
  const tokens = tokensOf(text);
  let count = 0;

  async function next(): Promise<Token> {
    if (++count > maxTokens) throw broken();
    if (count % tokensPerTurn === 0) await new Promise<void>((resolve) => void setImmediate(resolve));
    const { value, done } = tokens.next();
    return done === true ? { kind: "end", value: "" } : value;
  }

  async function list(): Promise<ConfigScalar[]> {
    const items: ConfigScalar[] = [];
    for (let token = await next(); token.value !== "]" || token.kind !== "mark"; token = await next()) {
      if (token.kind === "mark" && token.value === ",") continue;
      items.push(scalar(token));
    }
    return items;
  }

  for (let token = await next(); token.kind !== "end"; token = await next()) {
    const section = open.at(-1);
    if (section === undefined) throw broken();
    if (token.kind === "mark" && token.value === "}") {
      open.pop();
      if (open.length === 0) throw broken();
      continue;
    }
    if (token.kind === "mark") throw broken();
    const key = token.value;
    const mark = await next();
    if (mark.kind !== "mark") throw broken();
    if (mark.value === "{") {
      if (open.length > maxDepth) throw broken();
      const inner: OpenSection = { values: new Map(), sections: new Map() };
      section.sections.set(key, inner);
      open.push(inner);
    } else if (mark.value === "=") {
      const value = await next();
      const isList = value.kind === "mark" && value.value === "[";
      section.values.set(key, isList ? await list() : scalar(value));
    } else throw broken();
  }
  if (open.length !== 1) throw broken();
  return root;
}

function scalar(token: Token): ConfigScalar {
  if (token.kind === "text") return token.value;
  if (token.kind !== "word") throw broken();
  return /^[+-]?\d+(?:\.\d+)?$/u.test(token.value) ? Number(token.value) : token.value;
}
