import { join } from "node:path";
import type { FoundConfig } from "#contract/account.ts";
import { AppError } from "#core/lib/app-error.ts";
import { foundId, shownName, type Candidate } from "./candidate.ts";
import { closed } from "./closed.ts";
import { parseIni } from "./ini.ts";
import { readConfig, type ConfigText } from "./read-config.ts";
import { expandHome, variable, type World } from "./world.ts";

const tool = "oci";
const provider = "oci";

/** A profile's settings, by the names of the configuration file. */
type Setting = (name: string) => string | null;

/**
 * Profiles of `~/.oci/config` ("SDK and CLI Configuration File"): what a profile lacks is taken from `DEFAULT`. The
 * key and a session's token stand in files of their own, which are read now, so that a missing one is told.
 */
export async function findOci(world: World): Promise<Candidate[]> {
  const given = variable(world, "OCI_CONFIG_FILE") ?? variable(world, "OCI_CLI_CONFIG_FILE");
  const places = [join(world.home, ".oci", "config"), join(world.home, ".oraclebmc", "config")];
  for (const where of given === null ? places : [expandHome(world, given)]) {
    const config = await readConfig(where);
    if (config.kind === "absent") continue;
    if (config.kind === "unreadable") {
      return [closed({ tool, provider, becomes: "account", name: "OCI", where }, config.why)];
    }
    const sections = parseIni(config.text);
    const fallback = sections.get("DEFAULT");
    const profiles = [...sections].filter(([, values]) => values.size > 0);
    return Promise.all(
      profiles.map(([profile, values]) =>
        ociCandidate(
          world,
          { tool, where, section: profile, name: `OCI: ${profile}` },
          (name) => values.get(name) || fallback?.get(name) || null,
        ),
      ),
    );
  }
  return [];
}

export async function ociCandidate(
  world: World,
  about: Pick<FoundConfig, "tool" | "where"> & { readonly section: string; readonly name: string },
  setting: Setting,
): Promise<Candidate> {
  const { where } = about;
  const name = shownName(about.name);
  const shown = { tool: about.tool, provider, becomes: "account", name, where } as const;
  const tokenPath = setting("security_token_file");
  const needed = tokenPath === null ? ["tenancy", "user", "region"] : ["tenancy", "region"];
  const lacking = needed.filter((each) => setting(each) === null);
  if (lacking.length > 0) return closed(shown, `it does not say ${lacking.join(", ")}`);
  const key = await secretText(world, setting("key_content"), setting("key_file"), "key");
  if (!("text" in key)) return closed(shown, key.why);
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key.text))
    return closed(shown, "its key file holds no private key");
  const token = tokenPath === null ? { text: "" } : await secretText(world, null, tokenPath, "session token");
  if (!("text" in token)) return closed(shown, token.why);
  const kept = setting("pass_phrase");
  const needsPassphrase = key.text.includes("ENCRYPTED") && kept === null;
  return {
    found: {
      ...shown,
      id: foundId(about.tool, where, about.section),
      needsPassphrase,
      asks: [],
      missing: null,
    },
    take: ({ passphrase = kept ?? "" }) => {
      if (needsPassphrase && passphrase === "") {
        throw new AppError("bad-input", "The passphrase of the key is missing", {
          details: { field: "passphrase" },
        });
      }
      const fields = {
        tenancy: setting("tenancy"),
        user: setting("user"),
        fingerprint: setting("fingerprint"),
        region: setting("region"),
        privateKey: key.text,
        passphrase,
        securityToken: token.text.trim(),
      };
      const filled = Object.entries(fields).filter(([, value]) => value !== null && value !== "");
      return { kind: "account", provider, fields: Object.fromEntries(filled) as Record<string, string> };
    },
  };
}

async function secretText(
  world: World,
  inline: string | null,
  path: string | null,
  what: string,
): Promise<{ text: string } | { why: string }> {
  if (inline !== null) return { text: inline.replaceAll("\\n", "\n") };
  if (path === null) return { why: `it names no ${what} file` };
  const file: ConfigText = await readConfig(expandHome(world, path));
  if (file.kind === "text") return { text: file.text };
  return { why: file.kind === "absent" ? `its ${what} file is not there` : `its ${what} file: ${file.why}` };
}
