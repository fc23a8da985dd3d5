export type IniSections = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * The ini dialect of OCI, AWS and rclone: `[section]`, `name = value` to the end of the line, comments only on lines
 * of their own. Indented lines below a name without a value are AWS's nested settings and become `name.inner`. Lines
 * that are none of these are passed over. The later of two values counts, as it does for those tools.
 */
export function parseIni(text: string): IniSections {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | null = null;
  let outer: string | null = null;
  for (const line of text.split(/\r?\n/)) {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#") || trimmed.startsWith(";")) continue;
    const heading = /^\[([^\]]*)\]$/.exec(trimmed)?.[1];
    if (heading !== undefined) {
      const name = heading.trim();
      section = sections.get(name) ?? new Map<string, string>();
      sections.set(name, section);
      outer = null;
      continue;
    }
    const equals = trimmed.indexOf("=");
    if (section === null || equals <= 0) continue;
    const name = trimmed.slice(0, equals).trim();
    const value = trimmed.slice(equals + 1).trim();
    const nested = outer !== null && /^\s/.test(line);
    section.set(nested ? `${outer}.${name}` : name, value);
    if (!nested) outer = value === "" ? name : null;
  }
  return sections;
}
