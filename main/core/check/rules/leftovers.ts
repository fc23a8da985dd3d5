import type { LeftoverFacts } from "#contract/facts-identity.ts";
import type { Level } from "#contract/finding.ts";
import { megabytes } from "#core/check/amounts.ts";
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
import { buildingImagesDocument, hygieneSource } from "./documents.ts";

type Kind = LeftoverFacts["kind"];

/** img-check of DigitalOcean's Marketplace fails a history from here on. */
const historyBytes = 200;
/** A cache smaller than this is not worth a word. */
const cacheBytes = 1_000_000;

const ofKinds = ({ facts }: Case, kinds: readonly Kind[]): LeftoverFacts[] =>
  (facts.leftovers ?? []).filter(({ kind }) => kinds.includes(kind));
const sizeOf = (found: readonly LeftoverFacts[]): number =>
  found.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
const details = (found: readonly LeftoverFacts[]): string =>
  listText([...new Set(found.map(({ detail }) => detail))], 3);
const places = (found: readonly LeftoverFacts[]): string => listText(found.map(({ path }) => path));

/** Debian's ssl-cert makes it so that servers start; nobody trusts it, but all machines share it. */
const isTestKey = ({ path }: LeftoverFacts): boolean => path.endsWith("/ssl-cert-snakeoil.key");
/** A key whose other half is published opens the machine to anybody. */
const isEverybodys = ({ kind, path, detail }: LeftoverFacts): boolean =>
  kind === "build-user" && path.includes("/.ssh/") && detail.includes("everybody");

const worst = (found: readonly LeftoverFacts[], isBad: (each: LeftoverFacts) => boolean): Level =>
  found.some(isBad) ? "warning" : "info";

/** A rule over some kinds of leftovers. `describe` says what was found, `level` how bad it is. */
function rule(shape: {
  readonly id: string;
  readonly kinds: readonly Kind[];
  readonly title: string;
  readonly clean: string;
  readonly consequence: string;
  readonly fix: Rule["fix"];
  readonly source?: Rule["source"];
  readonly level: (found: readonly LeftoverFacts[]) => Level;
  readonly describe: (found: readonly LeftoverFacts[]) => string;
}): Rule {
  const { id, kinds, title, clean, consequence, fix } = shape;
  return {
    id,
    title,
    applies: (subject) => hasSystem(subject) && subject.facts.leftovers !== null,
    source: shape.source ?? hygieneSource,
    consequence,
    fix,
    evaluate: (subject): Outcome => {
      const found = ofKinds(subject, kinds);
      const level = found.length === 0 ? "pass" : shape.level(found);
      if (level === "pass") return pass(clean);
      return { level, title: shape.describe(found), where: places(found) };
    },
  };
}

const plural = (count: number, one: string, many: string): string => (count === 1 ? one : `${count} ${many}`);

export const leftoverRules: readonly Rule[] = [
  {
    id: "leftovers.looked-for",
    title: "What an image should not carry was looked for",
    applies: hasSystem,
    source: hygieneSource,
    consequence: "Keys, tokens and traces of the build may be in the image.",
    fix: null,
    evaluate: ({ facts }) =>
      facts.leftovers === null
        ? unknown(
            "Whether keys or traces of the build are in the image could not be told",
            "Its files were not read.",
          )
        : pass("Keys, tokens and traces of the build were looked for"),
  },
  rule({
    id: "leftovers.private-keys",
    kinds: ["private-key"],
    title: "No private key is in the image",
    clean: "No private key was found",
    consequence: "Whoever gets the image, or a machine made from it, can use the key.",
    fix: advice("Move the key elsewhere and delete it; replace it where the image was shared already."),
    level: (found) => worst(found, (each) => !isTestKey(each)),
    describe: (found) => {
      const real = found.filter((each) => !isTestKey(each));
      if (real.length === 0) return "All machines share the test key of the package ssl-cert";
      return `${plural(real.length, "A private key is", "private keys are")} in the image: ${details(real)}`;
    },
  }),
  rule({
    id: "leftovers.credentials",
    kinds: ["cloud-credential", "token"],
    title: "No credential or token is in the image",
    clean: "No credential was found",
    consequence: "Whoever gets the image, or a machine made from it, can use your accounts.",
    fix: advice("Revoke it where it was made, and delete the file."),
    level: () => "warning",
    describe: (found) =>
      `${plural(found.length, "A credential is", "credentials are")} in the image: ${details(found)}`,
  }),
  rule({
    id: "leftovers.build-users",
    kinds: ["build-user"],
    title: "No user or key of the build is left",
    clean: "No user or key of a build was found",
    consequence: "Such users have passwords and keys that everybody knows, or that the builder kept.",
    fix: advice("Delete the user and the key before the image is made.", "remove-build-user"),
    level: (found) => (found.some(isEverybodys) ? "error" : "warning"),
    describe: (found) =>
      found.some(isEverybodys)
        ? "A key that everybody has opens every machine"
        : `The build left something behind: ${details(found)}`,
  }),
  rule({
    id: "leftovers.password-copies",
    kinds: ["backup"],
    title: "No copy of a password or key file is left",
    clean: "No copy of a password or key file was found",
    consequence: "The hash of an earlier password can be guessed from it, at leisure.",
    fix: advice("Delete the files before the image is made.", "remove-password-copies"),
    level: () => "warning",
    describe: (found) => `Copies are left: ${details(found)}`,
  }),
  rule({
    id: "leftovers.core-dumps",
    kinds: ["core-dump"],
    title: "No memory of crashed programs is left",
    clean: "No core dump was found",
    consequence: "It holds whatever the program had in memory, passwords and keys too.",
    fix: advice("Delete them before the image is made.", "remove-core-dumps"),
    level: () => "warning",
    describe: (found) => `Memory of crashed programs is in the image (${megabytes(sizeOf(found))})`,
  }),
  rule({
    id: "leftovers.histories",
    kinds: ["shell-history"],
    title: "No history of commands is left",
    clean: "No history was found",
    consequence: "Who uses the image reads what was typed, passwords on command lines too.",
    fix: advice("Delete the files as the last step, with `unset HISTFILE`.", "remove-histories"),
    level: (found) => worst(found, ({ sizeBytes }) => sizeBytes >= historyBytes),
    describe: (found) => `${details(found)} ${found.length === 1 ? "is" : "are"} in the image`,
  }),
  rule({
    id: "leftovers.installer-files",
    kinds: ["installer-log"],
    title: "The installer's files are gone",
    clean: "No file of the installer was found",
    consequence: "They tell how the image was made, and some hold the hash of a password.",
    fix: advice("Delete them before the image is made.", "remove-installer-files"),
    level: (found) => worst(found, ({ detail }) => detail.includes("password")),
    describe: (found) => `The installer left files: ${details(found)}`,
  }),
  rule({
    id: "leftovers.logs",
    kinds: ["log"],
    title: "No logs are left",
    clean: "The logs are empty",
    consequence: "Every machine starts with the log of another: addresses, names, users.",
    fix: advice(
      "Empty /var/log as the last step; `journalctl --rotate --vacuum-time=1s` for the journal.",
      "remove-logs",
    ),
    level: () => "info",
    describe: (found) => `Logs are in the image (${megabytes(sizeOf(found))})`,
  }),
  rule({
    id: "leftovers.package-caches",
    kinds: ["package-cache"],
    title: "Package caches are empty",
    clean: "Package caches are empty, or small",
    consequence: "It is uploaded, stored and paid for, and old on the day it is used.",
    fix: advice("Run `apt-get clean`, `dnf clean all` or `zypper clean --all`.", "remove-package-caches"),
    source: () => buildingImagesDocument,
    level: (found) => (sizeOf(found) < cacheBytes ? "pass" : "info"),
    describe: (found) => `Package caches take ${megabytes(sizeOf(found))}`,
  }),
  rule({
    id: "leftovers.swap-files",
    kinds: ["swap-file"],
    title: "No swap file is in the image",
    clean: "No swap file was found",
    consequence: "It may hold what was in memory when the image was made, and it is uploaded with it.",
    fix: advice("Delete it and its line in /etc/fstab.", "remove-swap-file"),
    level: () => "info",
    describe: (found) => `A swap file is in the image (${megabytes(sizeOf(found))})`,
  }),
  rule({
    id: "leftovers.traces",
    kinds: ["mail", "known-hosts", "temporary"],
    title: "No mail, known hosts or temporary files are left",
    clean: "No mail, known hosts or temporary files were found",
    consequence: "They tell about the machine that the image was made on, and its users.",
    fix: advice("Delete them before the image is made.", "remove-traces"),
    level: () => "info",
    describe: (found) => `The build left something behind: ${details(found)}`,
  }),
];
