import type { AccountFacts } from "#contract/facts-identity.ts";
import {
  advice,
  hasSystem,
  listText,
  pass,
  unknown,
  type Case,
  type Outcome,
  type Rule,
} from "#core/check/rule.ts";
import { hygieneSource } from "./documents.ts";
import { hasSshd } from "./sshd.ts";
import { takesPasswords } from "./sshd-login.ts";

const where = "/etc/shadow";
const withPassword = ({ facts }: Case, password: AccountFacts["password"]): AccountFacts[] =>
  (facts.accounts ?? []).filter((account) => account.password === password);
const names = (accounts: readonly AccountFacts[]): string => listText(accounts.map(({ user }) => user));

/** Whether somebody on the network can make use of a password; what is not known counts as yes. */
const isReachable = (subject: Case): boolean =>
  subject.facts.sshd === null || (hasSshd(subject) && takesPasswords(subject));

function judgePasswords(subject: Case): Outcome {
  if (subject.facts.accounts === null)
    return unknown(
      "Which accounts have a password could not be told",
      "The list of accounts was not read.",
      where,
    );
  const found = withPassword(subject, "set");
  if (found.length === 0) return pass("No account has a password", where);
  const isOne = found.length === 1;
  const title = `${names(found)} ${isOne ? "has" : "have"} a password in the image`;
  if (isReachable(subject)) return { level: "warning", title, where };
  const consequence = "It opens the console of every machine; the SSH server takes keys only.";
  return { level: "info", title, where, consequence };
}

export const accountRules: readonly Rule[] = [
  {
    id: "accounts.passwords",
    title: "No password opens every machine",
    applies: hasSystem,
    source: hygieneSource,
    consequence:
      "Whoever knows the password, or has the image and time to guess, can log in to every machine.",
    fix: advice(
      "Lock it: `passwd -l USER`. cloud-init sets a password where the provider has one.",
      "lock-passwords",
    ),
    evaluate: judgePasswords,
  },
  {
    id: "accounts.empty-passwords",
    title: "No account is open without a password",
    applies: (subject) => hasSystem(subject) && subject.facts.accounts !== null,
    source: hygieneSource,
    consequence: "Anybody at the console of a machine can log in.",
    fix: advice("Lock it: `passwd -l USER`.", "lock-passwords"),
    evaluate: (subject) => {
      const found = withPassword(subject, "empty");
      if (found.length === 0) return pass("Every account is locked or has a password", where);
      const title = `${names(found)} can log in without a password`;
      const permits = subject.facts.sshd?.settings["permitemptypasswords"]?.value.toLowerCase() === "yes";
      if (!permits || !isReachable(subject)) return { level: "warning", title, where };
      const consequence = "Anybody on the network can log in: the SSH server permits empty passwords.";
      return { level: "error", title, where, consequence };
    },
  },
];
