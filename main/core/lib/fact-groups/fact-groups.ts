import type { ImageFacts } from "#contract/facts.ts";
import { diskGroup, fstabGroup, growthGroup, imageGroup, installerGroup } from "./disk-groups.ts";
import type { FactGroup } from "./fact-group.ts";
import { accountsGroup, identityGroup, leftoversGroup } from "./identity-groups.ts";
import { cloudInitGroup, networkGroup, provisionersGroup, sshdGroup } from "./provisioning-groups.ts";
import { bootGroup, driversGroup, notesGroup, systemGroup } from "./system-groups.ts";

/** From what it is to what was left in it. What was not looked for is left out; what is not there is said. */
export const factGroups = (facts: ImageFacts): FactGroup[] =>
  [
    imageGroup(facts),
    installerGroup(facts),
    systemGroup(facts),
    diskGroup(facts),
    driversGroup(facts),
    bootGroup(facts),
    fstabGroup(facts),
    growthGroup(facts),
    cloudInitGroup(facts),
    provisionersGroup(facts),
    sshdGroup(facts),
    networkGroup(facts),
    identityGroup(facts),
    accountsGroup(facts),
    leftoversGroup(facts),
    notesGroup(facts),
  ].filter((group) => group !== null);
