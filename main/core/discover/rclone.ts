import { join } from "node:path";
import { added, foundId, publicAddress, shownName, type Candidate } from "./candidate.ts";
import { closed } from "./closed.ts";
import { parseIni } from "./ini.ts";
import { revealRclone } from "./rclone-reveal.ts";
import { readConfig } from "./read-config.ts";
import { s3Candidate } from "./s3-candidate.ts";
import { expandHome, variable, type World } from "./world.ts";

const tool = "rclone";

/** The s3 and sftp remotes of rclone.conf ("rclone config paths": the first of these places counts). */
export async function findRclone(world: World): Promise<Candidate[]> {
  const given = variable(world, "RCLONE_CONFIG");
  const places = [
    ...(world.platform === "win32"
      ? [join(variable(world, "APPDATA") ?? world.home, "rclone", "rclone.conf")]
      : []),
    join(variable(world, "XDG_CONFIG_HOME") ?? join(world.home, ".config"), "rclone", "rclone.conf"),
    join(world.home, ".rclone.conf"),
  ];
  for (const where of given === null ? places : [expandHome(world, given)]) {
    const config = await readConfig(where);
    if (config.kind === "absent") continue;
    const about = { tool, provider: null, becomes: "staging", name: tool, where } as const;
    if (config.kind === "unreadable") return [closed(about, config.why)];
    if (/^RCLONE_ENCRYPT_V/m.test(config.text)) {
      return [closed(about, "it is encrypted, and Goldsmith cannot open rclone's encryption")];
    }
    return [...parseIni(config.text)].flatMap(([remote, values]) => {
      const value = (name: string): string | null => values.get(name) || null;
      if (value("type") === "s3") return [s3Remote(where, remote, value)];
      return value("type") === "sftp" ? [sftpRemote(world, where, remote, value)] : [];
    });
  }
  return [];
}

type Value = (name: string) => string | null;

function s3Remote(where: string, remote: string, value: Value): Candidate {
  const about = { tool, where, section: remote, name: `rclone: ${remote}` } as const;
  const isAmazon = (value("provider") ?? "AWS") === "AWS";
  if (value("endpoint") === null && !isAmazon) {
    const shown = { tool, provider: null, becomes: "staging", name: shownName(about.name), where } as const;
    return closed(shown, "it has no endpoint");
  }
  return s3Candidate(about, {
    accessKeyId: value("access_key_id"),
    secretAccessKey: value("secret_access_key"),
    sessionToken: value("session_token"),
    region: value("region"),
    endpoint: value("endpoint"),
  });
}

const folder = { name: "directory", label: "Folder on the server", required: true };
/** Nothing is sent to a server whose key nobody has accepted; the refusal shows it. */
const hostKey = {
  name: "hostKeySha256",
  label: "Fingerprint of the server's key (SHA256:…)",
  required: false,
};

/** rclone knows no public address and no folder: the user names the folder that the web server shows. */
function sftpRemote(world: World, where: string, remote: string, value: Value): Candidate {
  const host = value("host");
  const name = `rclone: ${shownName(remote)}`;
  const shown = { tool, provider: null, becomes: "staging", name, where } as const;
  if (host === null) return closed(shown, "it has no host");
  if (value("key_pem") !== null) return closed(shown, "its key stands in the configuration, not in a file");
  const keyFile = value("key_file");
  const obscured = keyFile === null ? value("pass") : value("key_file_pass");
  const secret = obscured === null ? null : revealRclone(obscured);
  if (obscured !== null && secret === null) return closed(shown, "its password is damaged");
  const auth = keyFile !== null ? "key" : secret !== null ? "password" : "agent";
  return {
    found: {
      ...shown,
      id: foundId(tool, where, remote),
      needsPassphrase: false,
      asks: [folder, publicAddress, hostKey],
      missing: null,
    },
    take: (additions) => {
      const { fields, passphrase } = additions;
      const kept = passphrase ?? secret;
      return {
        kind: "staging",
        place: {
          kind: "sftp",
          host,
          port: portOf(value("port")),
          username: value("user") ?? variable(world, "USER") ?? variable(world, "USERNAME") ?? "root",
          directory: added(additions, folder),
          publicUrlTemplate: fields["publicUrlTemplate"] || null,
          hostKeySha256: fields["hostKeySha256"] || null,
          auth,
          keyPath: keyFile === null ? null : expandHome(world, keyFile),
        },
        ...(kept === null ? {} : { secret: kept }),
      };
    },
  };
}

function portOf(text: string | null): number {
  const port = Number(text ?? "22");
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 22;
}
