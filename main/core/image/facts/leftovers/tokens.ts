import type { LeftoverFacts } from "#contract/facts-identity.ts";
import { historyNames } from "./histories.ts";
import type { Survey } from "./survey.ts";
import { maxTokenTextBytes, tokensIn } from "./token-patterns.ts";

/** Files of a shell in which people set variables. */
const shellFiles = [
  ".bashrc",
  ".bash_profile",
  ".bash_login",
  ".profile",
  ".zshrc",
  ".zshenv",
  ".zprofile",
  ".kshrc",
  ".cshrc",
  ".tcshrc",
  ".env",
  ".envrc",
  ".ssh/environment",
  ".config/fish/config.fish",
];
const systemFiles = [
  "/etc/environment",
  "/etc/profile",
  "/etc/bash.bashrc",
  "/etc/bashrc",
  "/etc/zsh/zshenv",
];
const maxProfileFiles = 100;

/** Tokens that stand in shell histories, in what shells read at login, and in /etc/environment. */
export async function findTokens(survey: Survey, homes: readonly string[]): Promise<LeftoverFacts[]> {
  const inHomes = homes.map(async (home) => {
    const names = new Set((await survey.list(home)).map((entry) => entry.name));
    return [...shellFiles, ...historyNames]
      .filter((path) => names.has(path.split("/", 1)[0] ?? ""))
      .map((path) => `${home}/${path}`);
  });
  const [homePaths, folder] = await Promise.all([Promise.all(inHomes), survey.list("/etc/profile.d")]);
  const profiles = folder.slice(0, maxProfileFiles);
  const paths = [
    ...homePaths.flat(),
    ...systemFiles,
    ...profiles.filter(({ kind }) => kind === "file").map(({ name }) => `/etc/profile.d/${name}`),
  ];
  return (await Promise.all(paths.map((path) => look(survey, path)))).flat();
}

async function look(survey: Survey, path: string): Promise<LeftoverFacts[]> {
  const sizeBytes = await survey.sizeOf(path);
  if (sizeBytes === 0) return [];
  const text = (await survey.head(path, maxTokenTextBytes))?.toString("latin1") ?? "";
  return tokensIn(text).map(({ what, line }) => ({
    kind: "token",
    path: `${path}:${line}`,
    detail: what,
    sizeBytes,
  }));
}
