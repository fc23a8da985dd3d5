import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { readTable, readTextStart } from "./account-files.ts";

/** Groups that distributions let become root: Debian and Ubuntu, Red Hat and the BSDs, old Ubuntu. */
const usualGroups = ["sudo", "wheel", "admin", "root"];
const maxRuleFiles = 100;
const maxRuleBytes = 64 * 1024;

/** Whether a user with this primary group may become root: by an administrators' group, sudoers(5) or doas.conf(5). */
export async function readRootRights(
  tree: FileTree,
): Promise<(user: string, primaryGroupId: string) => boolean> {
  const named = await readNamed(tree);
  const users = new Set(named.users);
  const groupIds = new Set<string>();
  for (const [name = "", , id = "", members = ""] of (await readTable(tree, "/etc/group")) ?? []) {
    if (!usualGroups.includes(name) && !named.groups.has(name)) continue;
    groupIds.add(id);
    for (const member of members.split(",", 1000)) users.add(member.trim());
  }
  users.delete("");
  groupIds.delete("");
  return (user, primaryGroupId) => users.has(user) || groupIds.has(primaryGroupId);
}

async function readNamed(tree: FileTree): Promise<{ users: Set<string>; groups: Set<string> }> {
  const users = new Set<string>();
  const groups = new Set<string>();
  const add = (name: string, groupMark: string): void => {
    if (name.startsWith(groupMark)) groups.add(name.slice(1));
    else users.add(name);
  };
  const folder = await tree.readDirectory("/etc/sudoers.d");
  // sudo passes over names with a dot or a tilde at the end
  const files = folder.map(({ name }) => name).filter((name) => !name.includes(".") && !name.endsWith("~"));
  const paths = ["/etc/sudoers", ...files.slice(0, maxRuleFiles).map((name) => `/etc/sudoers.d/${name}`)];
  for (const text of await Promise.all(paths.map((path) => readTextStart(tree, path, maxRuleBytes)))) {
    for (const line of (text ?? "").split("\n")) {
      const who = /^\s*([^\s#=:]{1,64})\s[^=]*=/.exec(line)?.[1];
      if (who !== undefined && !/^(?:Defaults|(?:User|Runas|Host|Cmnd)_Alias)/.test(who)) add(who, "%");
    }
  }
  for (const line of ((await readTextStart(tree, "/etc/doas.conf", maxRuleBytes)) ?? "").split("\n")) {
    const rest = /^\s*permit\s(.*)$/.exec(line)?.[1];
    const who = rest?.split(/\s+/).find((word) => !/^(?:nopass|nolog|persist|keepenv|setenv.*)$/.test(word));
    if (who !== undefined && who !== "") add(who, ":");
  }
  return { users, groups };
}
