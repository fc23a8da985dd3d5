import { join } from "node:path";
import { shownName, foundId, type Candidate } from "./candidate.ts";
import { closed } from "./closed.ts";
import { readConfig } from "./read-config.ts";
import { configFolder, type World } from "./world.ts";
import { yamlValues } from "./yaml-values.ts";

const tool = "doctl";
const provider = "digitalocean";

/**
 * doctl's `config.yaml`: `access-token` is the token of the context “default”, `auth-contexts` holds those of the
 * others by name (`default: "true"` in it is no token), `api-url` another address.
 */
export async function findDoctl(world: World): Promise<Candidate[]> {
  const inHome = (...names: string[]): string => join(world.home, ...names, "doctl", "config.yaml");
  const paths = [
    join(configFolder(world), "doctl", "config.yaml"),
    inHome("snap", "doctl", "current", ".config"),
  ];
  return (await Promise.all(paths.map(read))).flat();
}

async function read(where: string): Promise<Candidate[]> {
  const about = { tool, provider, becomes: "account", where } as const;
  const config = await readConfig(where);
  if (config.kind === "absent") return [];
  if (config.kind === "unreadable") return [closed({ ...about, name: tool }, config.why)];
  const values = yamlValues(config.text);
  if (values === null) return [closed({ ...about, name: tool }, "it is not a YAML file of doctl")];
  const tokens = new Map(values.texts("auth-contexts"));
  tokens.delete("default");
  const main = values.text("access-token");
  if (main !== null) tokens.set("default", main);
  const apiBase = values.text("api-url");
  return [...tokens].map(([context, token]) => ({
    found: {
      ...about,
      id: foundId(tool, where, context),
      name: `doctl: ${shownName(context)}`,
      needsPassphrase: false,
      asks: [],
      missing: null,
    },
    take: () => ({
      kind: "account",
      provider,
      ...(apiBase === null ? {} : { apiBase: apiBase.replace(/\/+$/, "") }),
      fields: { token },
    }),
  }));
}
