import { chooseDatasource, type Choice } from "#core/check/datasource-oracle/choose-datasource.ts";
import { advice, hasSystem, pass, placeText, type Case, type Outcome, type Rule } from "#core/check/rule.ts";

/** Where cloud-init is missing or off, other rules say so. */
const runs = (subject: Case): boolean =>
  hasSystem(subject) && subject.facts.cloudInit?.enabledAtBoot === true;

export const datasourceRules: readonly Rule[] = [
  {
    id: "cloud-init.datasource-chosen",
    title: "cloud-init chooses what the provider serves",
    applies: (subject) => runs(subject) && subject.profile.platforms.value.length > 0,
    source: (profile) => profile.platforms.source,
    consequence: "cloud-init does not take the provider's data: no SSH key, no host name, no address.",
    fix: null,
    evaluate: (subject) => {
      const { facts, profile } = subject;
      const choices = profile.platforms.value.map((platform) => chooseDatasource(facts, platform));
      const good = choices.find(isServed);
      if (good !== undefined)
        return pass(
          `cloud-init will choose ${good.chosen ?? ""}: ${good.because}`,
          placeText(good.decidedBy),
        );
      const [first] = choices;
      return first === undefined ? [] : failure(subject, first);
    },
  },
];

/** Also one that the provider does not name but answers, as DigitalOcean's service beside its drive. */
const isServed = ({ chosen, isFromImage }: Choice): boolean =>
  chosen !== null && chosen !== "None" && !isFromImage;

function failure({ profile }: Case, choice: Choice): Outcome {
  const where = placeText(choice.decidedBy);
  const wanted = profile.firstBoot.datasources.value.join(" or ");
  const level = profile.firstBoot.required.value ? "error" : "warning";
  const fix = advice(
    `Write \`datasource_list: [ ${profile.firstBoot.datasources.value.join(", ")}, None ]\` into /etc/cloud/cloud.cfg.d/99_datasource.cfg${where === "" ? "" : ` and remove what ${where} says`}.`,
  );
  if (choice.chosen === null)
    return { level, title: `cloud-init will not run: ${choice.because}`, where, fix };
  if (choice.chosen === "None")
    return {
      level,
      title: `cloud-init will run without data instead of ${wanted}: ${choice.because}`,
      where,
      fix,
    };
  return {
    level,
    title: `cloud-init will choose ${choice.chosen} instead of ${wanted}: ${choice.because}`,
    where,
    fix,
    consequence: "Every machine is set up with what lies in the image, not with the provider's data.",
  };
}
