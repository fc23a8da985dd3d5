/** A stanza of a Debian control file: fields in their order; continuation lines stay in the value with their space. */
export type Stanza = ReadonlyMap<string, string>;

/** Parses `Packages`, `status` and the like (deb822(5)). Lines that are no field are left out. */
export function parseStanzas(text: string): Stanza[] {
  return text
    .split(/\n{2,}/)
    .map(parseStanza)
    .filter((stanza) => stanza.size > 0);
}

function parseStanza(block: string): Stanza {
  const fields = new Map<string, string>();
  let last = "";
  for (const line of block.split("\n")) {
    const [, name, value] = /^([A-Za-z0-9-]+):[ \t]*(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) {
      fields.set((last = name), value);
    } else if (last !== "" && /^[ \t]/.test(line)) fields.set(last, `${fields.get(last) ?? ""}\n${line}`);
  }
  return fields;
}

export const printStanza = (stanza: Stanza): string =>
  [...stanza].map(([name, value]) => `${name}: ${value}\n`).join("");

/** The stanza with some fields changed; those that are new come last. */
export const changed = (stanza: Stanza, fields: Readonly<Record<string, string>>): Stanza =>
  new Map([...stanza, ...Object.entries(fields)]);

/** A field that must be there. Throws when it is not. */
export function field(stanza: Stanza, name: string): string {
  const value = stanza.get(name);
  if (value === undefined)
    throw new Error(`No ${name} in the stanza of ${stanza.get("Package") ?? "nothing"}`);
  return value;
}
