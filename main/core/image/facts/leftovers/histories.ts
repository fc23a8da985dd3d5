import type { LeftoverFacts } from "#contract/facts-identity.ts";
import type { Survey } from "./survey.ts";

/** Where shells and other programs keep what was typed, below a home. */
const histories: readonly (readonly [path: string, detail: string])[] = [
  [".bash_history", "bash history"],
  [".zsh_history", "zsh history"],
  [".zhistory", "zsh history"],
  [".histfile", "zsh history"],
  [".history", "shell history"],
  [".sh_history", "ksh history"],
  [".ash_history", "ash history"],
  [".local/share/fish/fish_history", "fish history"],
  [".python_history", "Python history"],
  [".node_repl_history", "Node.js history"],
  [".irb_history", "Ruby history"],
  [".mysql_history", "MySQL history"],
  [".mariadb_history", "MariaDB history"],
  [".psql_history", "PostgreSQL history"],
  [".sqlite_history", "SQLite history"],
  [".rediscli_history", "Redis history"],
  [".mongorc_history", "MongoDB history"],
  [".viminfo", "vim's marks and searches"],
  [".lesshst", "searches of less"],
  [".wget-hsts", "hosts that wget was used with"],
  [".nano/search_history", "searches of nano"],
];

export const historyNames: readonly string[] = histories
  .map(([path]) => path)
  .filter((path) => path.endsWith("history") || path === ".histfile");

/** Histories that are not empty. */
export async function findHistories(survey: Survey, homes: readonly string[]): Promise<LeftoverFacts[]> {
  const found = homes.map(async (home) => {
    const names = new Set((await survey.list(home)).map((entry) => entry.name));
    const there = histories.filter(([path]) => names.has(path.split("/", 1)[0] ?? ""));
    const sizes = await Promise.all(there.map(([path]) => survey.sizeOf(`${home}/${path}`)));
    return there.flatMap(([path, detail], index): LeftoverFacts[] => {
      const sizeBytes = sizes[index] ?? 0;
      return sizeBytes === 0 ? [] : [{ kind: "shell-history", path: `${home}/${path}`, detail, sizeBytes }];
    });
  });
  return (await Promise.all(found)).flat();
}
