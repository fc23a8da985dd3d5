import { join } from "node:path";
import type { FoundConfig } from "#contract/account.ts";
import { foundId, type Candidate } from "./candidate.ts";
import { closed } from "./closed.ts";
import { readConfig } from "./read-config.ts";
import type { World } from "./world.ts";
import { yamlValues } from "./yaml-values.ts";

/** Two products of one house: their command lines differ by name only. */
const products = [
  { tool: "cntb", provider: "contabo" },
  { tool: "fybe", provider: "fybe" },
] as const;

/** `.cntb.yaml` and `.fybe.yaml`, of the user and below /etc (the home folder's counts for the tools, too). */
export async function findContabo(world: World): Promise<Candidate[]> {
  const found = products.map(async (product) => {
    const file = `.${product.tool}.yaml`;
    const places = [join(world.home, file)];
    if (world.platform !== "win32") places.push(join("/etc", product.tool, file));
    return (await Promise.all(places.map((where) => read(product, where)))).flat();
  });
  return (await Promise.all(found)).flat();
}

async function read({ tool, provider }: (typeof products)[number], where: string): Promise<Candidate[]> {
  const about = { tool, provider, becomes: "account", name: tool, where } as const;
  const config = await readConfig(where);
  if (config.kind === "absent") return [];
  if (config.kind === "unreadable") return [closed(about, config.why)];
  const values = yamlValues(config.text);
  if (values === null) return [closed(about, `it is not a YAML file of ${tool}`)];
  return [contaboCandidate({ ...about, section: "" }, (name) => values.text(name))];
}

/** `setting` answers by the names of the command line's options (`oauth2-clientid` …). */
export function contaboCandidate(
  about: Pick<FoundConfig, "tool" | "where" | "name"> & {
    readonly provider: "contabo" | "fybe";
    readonly section: string;
  },
  setting: (name: string) => string | null,
): Candidate {
  const { tool, where, name, provider } = about;
  const shown = { tool, provider, becomes: "account", name, where } as const;
  const values = {
    clientId: setting("oauth2-clientid"),
    clientSecret: setting("oauth2-client-secret"),
    username: setting("oauth2-user"),
    password: setting("oauth2-password"),
  };
  const lacking = Object.entries(values).filter(([, value]) => value === null);
  if (lacking.length > 0)
    return closed(shown, `it does not say ${lacking.map(([field]) => field).join(", ")}`);
  const [apiBase, tokenUrl] = [setting("api"), setting("oauth2-tokenurl")];
  return {
    found: {
      ...shown,
      id: foundId(tool, where, about.section),
      needsPassphrase: false,
      asks: [],
      missing: null,
    },
    take: () => ({
      kind: "account",
      provider,
      ...(apiBase === null ? {} : { apiBase: apiBase.replace(/\/+$/, "") }),
      fields: { ...(values as Record<string, string>), ...(tokenUrl === null ? {} : { tokenUrl }) },
    }),
  };
}
