import type { ImageFacts } from "#contract/facts.ts";
import { advice, hasSystem, pass, placeText, type Case, type Rule } from "#core/check/rule.ts";
import { isOlder } from "#core/check/version-order.ts";

type CloudInit = NonNullable<ImageFacts["cloudInit"]>;

const hasCloudInit = (subject: Case): boolean => hasSystem(subject) && subject.facts.cloudInit !== null;
const cloudInitOf = ({ facts }: Case): CloudInit | null => facts.cloudInit;
const listText = (list: readonly string[]): string => `[ ${list.join(", ")} ]`;

const listFix = (wanted: string): ReturnType<typeof advice> =>
  advice(`Write \`datasource_list: [ ${wanted}, None ]\` into /etc/cloud/cloud.cfg.d/99_datasource.cfg.`);

export const cloudInitRules: readonly Rule[] = [
  {
    id: "cloud-init.installed",
    title: "cloud-init is installed",
    applies: hasSystem,
    source: (profile) => profile.firstBoot.required.source,
    consequence: "The machine gets no SSH key, no host name and no address from the provider.",
    fix: advice("Install the package cloud-init."),
    evaluate: ({ facts, profile }) => {
      const { cloudInit } = facts;
      if (cloudInit !== null)
        return pass(`cloud-init ${cloudInit.version ?? "of unknown version"} is installed`);
      const level = profile.firstBoot.required.value ? "error" : "warning";
      return { level, title: "cloud-init is not installed" };
    },
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
        return { level: "unknown", title: "The version of cloud-init is not known", fix: null };
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
    id: "cloud-init.datasource-list",
    title: "cloud-init looks for what the provider serves",
    applies: hasCloudInit,
    source: (profile) => profile.firstBoot.datasources.source,
    consequence: "cloud-init never finds the provider's data: no SSH key, no host name, no address.",
    fix: null,
    evaluate: (subject) => {
      const cloudInit = cloudInitOf(subject);
      const list = cloudInit?.datasourceList ?? null;
      const served = subject.profile.firstBoot.datasources.value;
      if (list === null)
        return pass(`No file limits the datasources; cloud-init's own order has ${served.join(", ")}`);
      const where = placeText(cloudInit?.decidedBy ?? null);
      const found = list.filter((name) => served.includes(name));
      if (found.length > 0) return pass(`The datasource list has ${found.join(", ")}`, where);
      const title = `The datasource list ${listText(list)} lacks ${served.join(" or ")}`;
      return { level: "error", title, where, fix: listFix(served.join(", ")) };
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
      // without `before` in the list at all, cloud-init.datasource-list says so
      if (after === -1 || before === -1 || before < after)
        return pass(`${order.before} is not behind ${order.after}`, where);
      const title = `${order.after} stands before ${order.before} in ${listText(list)}`;
      return { level: "error", title, where, fix: listFix(`${order.before}, ${order.after}`) };
    },
  },
];
