import { join } from "node:path";
import type { Candidate } from "./candidate.ts";
import { closed } from "./closed.ts";
import { parseIni, type IniSections } from "./ini.ts";
import { readConfig } from "./read-config.ts";
import { s3Candidate } from "./s3-candidate.ts";
import { expandHome, variable, type World } from "./world.ts";

const tool = "aws";

/**
 * Profiles of `~/.aws/config` and `~/.aws/credentials` ("Configuration and credential file settings", AWS CLI user
 * guide): in the first a profile's section is `profile NAME`, in the second `NAME`, and keys of the second come
 * first. `endpoint_url` stands in the profile or in the section of services that it names.
 */
export async function findAws(world: World): Promise<Candidate[]> {
  const place = (name: string, file: string): string =>
    expandHome(world, variable(world, name) ?? join(world.home, ".aws", file));
  const paths = [place("AWS_SHARED_CREDENTIALS_FILE", "credentials"), place("AWS_CONFIG_FILE", "config")];
  const [credentials, config] = await Promise.all(paths.map(readConfig));
  const unreadable = [credentials, config].flatMap((file, index) => {
    const about = {
      tool,
      provider: null,
      becomes: "staging",
      name: "AWS",
      where: paths[index] ?? "",
    } as const;
    return file?.kind === "unreadable" ? [closed(about, file.why)] : [];
  });
  const keys = parseIni(credentials?.kind === "text" ? credentials.text : "");
  const settings = parseIni(config?.kind === "text" ? config.text : "");
  const where = paths.filter((_, index) => [credentials, config][index]?.kind === "text").join(", ");
  return [
    ...unreadable,
    ...profileNames(keys, settings).map((profile) => {
      const own = settings.get(profile === "default" ? "default" : `profile ${profile}`);
      const secret = keys.get(profile);
      const value = (name: string): string | null => secret?.get(name) || own?.get(name) || null;
      const services = settings.get(`services ${own?.get("services") ?? ""}`);
      return s3Candidate(
        { tool, where, section: profile, name: `AWS: ${profile}` },
        {
          accessKeyId: value("aws_access_key_id"),
          secretAccessKey: value("aws_secret_access_key"),
          sessionToken: value("aws_session_token"),
          region: value("region"),
          endpoint: services?.get("s3.endpoint_url") || value("endpoint_url"),
        },
      );
    }),
  ];
}

function profileNames(keys: IniSections, settings: IniSections): string[] {
  const named = [...settings.keys()].flatMap((section) => {
    if (section === "default") return [section];
    return section.startsWith("profile ") ? [section.slice("profile ".length).trim()] : [];
  });
  return [...new Set([...keys.keys(), ...named])];
}
