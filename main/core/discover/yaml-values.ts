import { parse } from "yaml";
import { z } from "zod";

const ScalarSchema = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const MapSchema = z.record(z.string(), z.unknown());

export interface YamlValues {
  /** null where there is no scalar of this name, or an empty one. */
  text(name: string): string | null;
  /** The scalars of a map of this name. */
  texts(name: string): ReadonlyMap<string, string>;
}

/** The flat settings files of the Go command lines (viper); null when the text is not such a file. */
export function yamlValues(text: string): YamlValues | null {
  let document: unknown;
  try {
    document = parse(text, { maxAliasCount: 0, prettyErrors: false, logLevel: "error" });
  } catch {
    return null;
  }
  const map = MapSchema.safeParse(document ?? {});
  if (!map.success) return null;
  const scalars = (value: unknown): ReadonlyMap<string, string> => {
    const inner = MapSchema.safeParse(value);
    const entries = inner.success ? Object.entries(inner.data) : [];
    return new Map(
      entries.flatMap(([name, each]) => {
        const scalar = ScalarSchema.safeParse(each);
        return scalar.success && scalar.data !== "" ? [[name, scalar.data] as const] : [];
      }),
    );
  };
  const top = scalars(map.data);
  return {
    text: (name) => top.get(name) ?? null,
    texts: (name) => scalars(new Map(Object.entries(map.data)).get(name)),
  };
}
