import type { SshdFacts } from "#contract/facts-provisioning.ts";
import type { Where } from "#contract/where.ts";
import { matchesGlob } from "#core/image/facts/init/glob.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { readLines } from "#core/image/facts/text-lines.ts";
import { printable } from "#core/image/source/binary.ts";

type Config = Pick<SshdFacts, "settings" | "matchBlocks">;

/** servconf.c: an Include goes at most so deep. */
const maxDepth = 16;
const maxFiles = 200;
const maxEntries = 500;
/** Keywords that may stand several times; their values add up. */
const repeated = new Set([
  "port", "listenaddress", "hostkey", "hostcertificate", "acceptenv", "setenv", "allowusers", "allowgroups",
  "denyusers", "denygroups", "subsystem", "permitlisten", "permitopen", "authenticationmethods",
]); // prettier-ignore
/** Older names of the same keyword. */
const aliases: Readonly<Record<string, string>> = {
  challengeresponseauthentication: "kbdinteractiveauthentication",
  skeyauthentication: "kbdinteractiveauthentication",
  dsaauthentication: "pubkeyauthentication",
  keepalive: "tcpkeepalive",
  authorizedkeysfile2: "authorizedkeysfile",
  pubkeyacceptedkeytypes: "pubkeyacceptedalgorithms",
  hostbasedacceptedkeytypes: "hostbasedacceptedalgorithms",
};

const configPaths = ["/etc/ssh/sshd_config", "/usr/local/etc/ssh/sshd_config", "/usr/etc/ssh/sshd_config"];

/**
 * The effective configuration of OpenSSH's server. Outside of Match the first value of a keyword counts, also
 * across included files; an Include stands where it is written, its files in the order of glob(3).
 */
export async function readSshdConfig(tree: FileTree): Promise<Config> {
  const settings: Record<string, { value: string; where: Where | null }> = {};
  const matchBlocks: { criteria: string; where: Where }[] = [];
  let files = 0;

  function set(key: string, value: string, where: Where): void {
    const name = aliases[key] ?? key;
    const old = settings[name];
    if (Object.keys(settings).length >= maxEntries) return;
    if (old === undefined) settings[name] = { value, where };
    else if (repeated.has(name) && old.value.length < 2000)
      settings[name] = { ...old, value: `${old.value} ${value}` };
  }

  /** A Match block ends with its file; an included one inherits the block that its Include stands in. */
  async function read(path: string, depth: number, isInMatch: boolean): Promise<void> {
    if (depth > maxDepth || ++files > maxFiles || (await tree.stat(path))?.kind !== "file") return;
    let block = isInMatch;
    for (const { line, text } of await readLines(tree, path)) {
      const where = { path: printable(path), line };
      const [, keyword = "", rest = ""] = /^([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*)$/.exec(text) ?? [];
      const key = keyword.toLowerCase();
      const value = printable(withoutComment(rest), 500);
      if (key === "match") {
        block = !/^all$/i.test(value.trim()) || isInMatch;
        if (block && matchBlocks.length < maxEntries) matchBlocks.push({ criteria: value, where });
      } else if (key === "include") {
        for (const file of await expand(tree, value)) await read(file, depth + 1, block);
      } else if (key !== "" && !block) set(key, value, where);
    }
  }

  for (const path of configPaths) {
    if ((await tree.stat(path))?.kind !== "file") continue;
    await read(path, 0, false);
    break; // /usr/etc counts where /etc has none
  }
  return { settings, matchBlocks };
}

/** Quotes stand around words with blanks; `#` starts a comment only outside of them (OpenSSH 8.5). */
function withoutComment(text: string): string {
  const words = text.match(/"[^"]*"|[^\s"]+/g) ?? [];
  const end = words.findIndex((word) => word.startsWith("#"));
  return (end === -1 ? words : words.slice(0, end)).map((word) => word.replace(/^"(.*)"$/, "$1")).join(" ");
}

/** Names in the folder that match; patterns in folders' names are not used by any distribution. */
async function expand(tree: FileTree, patterns: string): Promise<string[]> {
  const found: string[] = [];
  for (const pattern of patterns.split(/\s+/).slice(0, 50)) {
    if (pattern === "") continue;
    const path = pattern.startsWith("/") ? pattern : `/etc/ssh/${pattern}`;
    const slash = path.lastIndexOf("/");
    const folder = path.slice(0, slash);
    const name = path.slice(slash + 1);
    if (!/[*?[]/.test(name)) {
      found.push(path);
      continue;
    }
    for (const entry of await tree.readDirectory(folder)) {
      if (!entry.name.startsWith(".") && matchesGlob(name, entry.name)) found.push(`${folder}/${entry.name}`);
    }
  }
  return found;
}
