import type { ImageFacts } from "#contract/facts.ts";
import { advice, listText, pass, placeText, type Case, type Rule } from "#core/check/rule.ts";
import { hygieneSource, sshdDocument } from "./documents.ts";
import { hasSshd } from "./sshd.ts";

type Sshd = NonNullable<ImageFacts["sshd"]>;

const settingOf = ({ facts: { sshd } }: Case, keyword: string): Sshd["settings"][string] | null =>
  sshd?.settings[keyword] ?? null;
const valueOf = (subject: Case, keyword: string, otherwise: string): string =>
  settingOf(subject, keyword)?.value.toLowerCase() ?? otherwise;
const whereOf = (subject: Case, keyword: string): string =>
  placeText(settingOf(subject, keyword)?.where ?? null);

/** sshd's default is yes; cloud-init writes its ssh_pwauth over it at the first boot. */
export function takesPasswords(subject: Case): boolean {
  const fromCloudInit =
    subject.facts.cloudInit?.enabledAtBoot === true ? subject.facts.cloudInit.sshPasswordAuth : null;
  if (fromCloudInit !== null && /^(?:false|no|0)$/i.test(fromCloudInit)) return false;
  if (fromCloudInit !== null && /^(?:true|yes|1)$/i.test(fromCloudInit)) return true;
  return valueOf(subject, "passwordauthentication", "yes") !== "no";
}

/** One pattern of AllowUsers: `*` and `?`, with or without a host, sshd_config(5). */
function matches(pattern: string, user: string): boolean {
  const name = pattern.split("@", 1)[0] ?? "";
  const escaped = name.slice(0, 64).replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replace(/\*+/g, ".*").replaceAll("?", ".")}$`).test(user);
}

export const sshdLoginRules: readonly Rule[] = [
  {
    id: "sshd.public-keys",
    title: "The SSH server takes public keys",
    applies: hasSshd,
    source: (profile) => profile.sshdRequired.source,
    consequence: "The key that the provider hands over opens nothing: nobody can log in.",
    fix: advice("Delete the line `PubkeyAuthentication no`.", "allow-public-keys"),
    evaluate: (subject) => {
      const where = whereOf(subject, "pubkeyauthentication");
      if (valueOf(subject, "pubkeyauthentication", "yes") !== "no")
        return pass("Public keys are taken", where);
      const level = subject.profile.sshdRequired.value ? "error" : "warning";
      return { level, title: "The SSH server takes no public keys", where };
    },
  },
  {
    id: "sshd.allowed-users",
    title: "The SSH server lets in the user that cloud-init makes",
    applies: hasSshd,
    source: () => sshdDocument,
    consequence: "The key of the provider is given to a user whom the server refuses.",
    fix: advice("Add the user to AllowUsers, or delete the line."),
    evaluate: (subject) => {
      const user = subject.facts.cloudInit?.defaultUser ?? null;
      const allowed = settingOf(subject, "allowusers")?.value.split(/\s+/, 100) ?? [];
      const denied = settingOf(subject, "denyusers")?.value.split(/\s+/, 100) ?? [];
      if (user === null) {
        if (allowed.length === 0) return pass("The SSH server lets in all users");
        const title = `The SSH server lets in ${listText(allowed)} only`;
        return { level: "info", title, where: whereOf(subject, "allowusers") };
      }
      if (allowed.length > 0 && !allowed.some((pattern) => matches(pattern, user))) {
        const title = `The SSH server lets in ${listText(allowed)} only, and cloud-init's user is ${user}`;
        return { level: "warning", title, where: whereOf(subject, "allowusers") };
      }
      if (denied.some((pattern) => matches(pattern, user))) {
        const title = `The SSH server refuses ${user}, cloud-init's user`;
        return { level: "warning", title, where: whereOf(subject, "denyusers") };
      }
      return pass(`The SSH server lets in ${user}`);
    },
  },
  {
    id: "sshd.root-login",
    title: "root does not log in with a password",
    applies: hasSshd,
    source: hygieneSource,
    consequence: "Every machine on the network is open to guessing of root's password.",
    fix: advice("Write `PermitRootLogin prohibit-password`.", "forbid-root-password"),
    evaluate: (subject) => {
      const where = whereOf(subject, "permitrootlogin");
      const isOpen = valueOf(subject, "permitrootlogin", "prohibit-password") === "yes";
      if (!isOpen) return pass("root does not log in with a password", where);
      const hasPassword = subject.facts.accounts?.some(({ uid }) => uid === 0) !== false;
      if (takesPasswords(subject) && hasPassword)
        return { level: "warning", title: "root may log in with a password", where };
      const consequence = "Only keys open it as the image is; a password that is set later opens it too.";
      return { level: "info", title: "root may log in in any way", where, consequence };
    },
  },
  {
    id: "sshd.match-blocks",
    title: "The SSH server's settings are the same for all",
    applies: hasSshd,
    source: () => sshdDocument,
    consequence: "For some users or addresses other settings count than the ones that were judged.",
    fix: null,
    evaluate: ({ facts }) => {
      const blocks = facts.sshd?.matchBlocks ?? [];
      if (blocks.length === 0) return pass("No Match block changes who may log in");
      const title = `Other settings count for ${listText(blocks.map(({ criteria }) => criteria))}`;
      return { level: "info", title, where: listText(blocks.map(({ where }) => placeText(where))) };
    },
  },
  {
    id: "sshd.port",
    title: "The SSH server listens on port 22",
    applies: hasSshd,
    source: () => sshdDocument,
    consequence: "Who does not know the port finds the machine closed; the provider's tools look at port 22.",
    fix: null,
    evaluate: (subject) => {
      const port = valueOf(subject, "port", "22");
      const where = whereOf(subject, "port");
      return port === "22"
        ? pass("The SSH server listens on port 22", where)
        : { level: "info", title: `The SSH server listens on port ${port}`, where };
    },
  },
];
