import type { ImageFacts } from "#contract/facts.ts";
import {
  advice,
  hasSystem,
  listText as some,
  pass,
  placeText,
  unknown,
  type Case,
  type Outcome,
  type Rule,
} from "#core/check/rule.ts";
import { isOlder } from "#core/check/version-order.ts";
import { cleanDocument, modulesDocument, noCloudDocument } from "./documents.ts";

type CloudInit = NonNullable<ImageFacts["cloudInit"]>;

const hasCloudInit = (subject: Case): boolean => hasSystem(subject) && subject.facts.cloudInit !== null;
const cloudInitOf = ({ facts }: Case): CloudInit | null => facts.cloudInit;
const listText = (list: readonly string[]): string => `[ ${list.join(", ")} ]`;

const listFix = (wanted: string): ReturnType<typeof advice> =>
  advice(
    `Write \`datasource_list: [ ${wanted}, None ]\` into /etc/cloud/cloud.cfg.d/99_datasource.cfg.`,
    "datasource-order",
  );

/** Programs that set a machine up at its first boot by themselves, without cloud-init. */
const standalone: ReadonlySet<string> = new Set([
  "ignition",
  "coreos-cloudinit",
  "cloudbase-init",
  "bsd-cloudinit",
  "nuageinit",
  "tiny-cloud",
]);

function judgeInstalled({ facts, profile }: Case): Outcome {
  const { cloudInit } = facts;
  if (cloudInit !== null) return pass(`cloud-init ${cloudInit.version ?? "of unknown version"} is installed`);
  const other = facts.provisioners?.find(({ name, enabledAtBoot }) => enabledAtBoot && standalone.has(name));
  if (other === undefined) {
    const level = profile.firstBoot.required.value ? "error" : "warning";
    return { level, title: "cloud-init is not installed" };
  }
  const { instead } = profile.firstBoot;
  if (instead?.value.includes(other.name) === true) {
    return {
      level: "info",
      title: `${other.name} sets the machine up; ${profile.name} takes it in cloud-init's place`,
      where: other.path,
      source: instead.source,
      consequence: "What it is told to do was not looked at.",
      fix: null,
    };
  }
  const title = `${other.name} sets the machine up, not cloud-init`;
  return unknown(title, `${profile.name} does not say whether it finds its data there.`, other.path);
}

/** Newer releases write `users_groups`, older ones `users-groups`. */
const moduleName = (name: string): string => name.replaceAll("_", "-");

function judgeModules(modules: readonly string[]): Outcome {
  if (modules.length === 0)
    return unknown("What cloud-init runs is not known", "No list of its modules was found.");
  const names = new Set(modules.map(moduleName));
  const missing = ["users-groups", "ssh"].filter((name) => !names.has(name));
  if (missing.length === 0) return pass("cloud-init makes the user and installs the key");
  const title = `cloud-init runs without its module${missing.length > 1 ? "s" : ""} ${missing.join(" and ")}`;
  return { level: "warning", title, where: "/etc/cloud/cloud.cfg" };
}

export const cloudInitRules: readonly Rule[] = [
  {
    id: "cloud-init.installed",
    title: "cloud-init is installed",
    applies: hasSystem,
    source: (profile) => profile.firstBoot.required.source,
    consequence: "The machine gets no SSH key, no host name and no address from the provider.",
    fix: advice("Install the package cloud-init."),
    evaluate: judgeInstalled,
  },
  {
    id: "cloud-init.version",
    title: "cloud-init is new enough",
    applies: (subject) => hasCloudInit(subject) && subject.profile.firstBoot.minimumCloudInit !== null,
    source: (profile) => profile.firstBoot.minimumCloudInit?.source ?? profile.document,
    consequence: "The machine does not find what the provider has for it.",
    fix: advice("Update cloud-init, or install a newer release of the system."),
    evaluate: (subject) => {
      const version = cloudInitOf(subject)?.version ?? null;
      const minimum = subject.profile.firstBoot.minimumCloudInit?.value ?? "0";
      if (version === null)
        return unknown("The version of cloud-init is not known", "No package database or program tells it.");
      if (isOlder(version, minimum))
        return { level: "error", title: `cloud-init ${version} is older than ${minimum}` };
      return pass(`cloud-init ${version} is at least ${minimum}`);
    },
  },
  {
    id: "cloud-init.enabled",
    title: "cloud-init starts at boot",
    applies: hasCloudInit,
    source: (profile) => profile.firstBoot.required.source,
    consequence: "The machine gets no SSH key, no host name and no address from the provider.",
    fix: advice(
      "Remove what switches it off and run `systemctl enable cloud-init-local cloud-init cloud-config cloud-final`.",
      "enable-cloud-init",
    ),
    evaluate: (subject) => {
      const cloudInit = cloudInitOf(subject);
      if (cloudInit?.enabledAtBoot === true) return pass("cloud-init starts at boot");
      const level = subject.profile.firstBoot.required.value ? "error" : "warning";
      const where = placeText(cloudInit?.disabledBy ?? null);
      if (where !== "") return { level, title: `cloud-init is switched off by ${where}`, where };
      return { level, title: "cloud-init is installed, but nothing starts it at boot" };
    },
  },
  {
    id: "cloud-init.datasource-order",
    title: "The datasources stand in the order that the provider asks for",
    applies: (subject) => hasCloudInit(subject) && subject.profile.firstBoot.order !== null,
    source: (profile) => profile.firstBoot.order?.source ?? profile.document,
    consequence: "Machines made from the image do not work properly, as the provider warns.",
    fix: null,
    evaluate: (subject) => {
      const order = subject.profile.firstBoot.order?.value;
      const cloudInit = cloudInitOf(subject);
      const list = cloudInit?.datasourceList ?? null;
      if (order === undefined) return [];
      if (list === null) return pass("No file changes cloud-init's own order of datasources");
      const where = placeText(cloudInit?.decidedBy ?? null);
      const after = list.indexOf(order.after);
      const before = list.indexOf(order.before);
      // without `before` in the list at all, cloud-init.datasource-chosen says so
      if (after === -1 || before === -1 || before < after)
        return pass(`${order.before} is not behind ${order.after}`, where);
      const title = `${order.after} stands before ${order.before} in ${listText(list)}`;
      return { level: "error", title, where, fix: listFix(`${order.before}, ${order.after}`) };
    },
  },
  {
    id: "cloud-init.modules",
    title: "cloud-init runs the modules that let somebody in",
    applies: hasCloudInit,
    source: () => modulesDocument,
    consequence: "The SSH key that the provider hands over is not installed: nobody can log in.",
    fix: advice("Put `users-groups` and `ssh` back into cloud_init_modules of /etc/cloud/cloud.cfg."),
    evaluate: ({ facts }) => judgeModules(facts.cloudInit?.modules ?? []),
  },
  {
    id: "cloud-init.seed",
    title: "No data for a machine is in the image itself",
    applies: hasCloudInit,
    source: () => noCloudDocument,
    consequence:
      "Machines take what is in the image for what the provider has for them: its users, keys and name.",
    fix: advice("Run `cloud-init clean --seed` before the image is made.", "remove-cloud-init-seed"),
    evaluate: ({ facts }) => {
      const installer = new Set(facts.cloudInit?.installerFiles.map(({ path }) => path));
      const seeds = (facts.cloudInit?.seeds ?? []).filter(({ path }) => !installer.has(path)); // said below
      if (seeds.length === 0) return pass("No data for a machine is in the image");
      const title = "Data for cloud-init is in the image itself";
      return { level: "warning", title, where: some(seeds.map(placeText)) };
    },
  },
  {
    id: "cloud-init.installer-files",
    title: "The installer left nothing in cloud-init's configuration",
    applies: hasCloudInit,
    source: () => cleanDocument,
    consequence: "They were meant for the first machine only, and may switch off what the next ones need.",
    fix: advice("Delete them before the image is made.", "remove-installer-files"),
    evaluate: ({ facts }) => {
      const files = facts.cloudInit?.installerFiles ?? [];
      if (files.length === 0) return pass("The installer left nothing in /etc/cloud");
      return {
        level: "info",
        title: `The installer left ${files.length === 1 ? "a file" : `${files.length} files`} in cloud-init's configuration`,
        where: some(files.map(placeText)),
      };
    },
  },
];
