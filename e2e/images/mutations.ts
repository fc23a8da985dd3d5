import { accessMutations } from "./mutations/access.ts";
import { diskMutations } from "./mutations/disk.ts";
import { firstBootMutations } from "./mutations/first-boot.ts";
import { leftoverMutations } from "./mutations/leftovers.ts";
import type { Mutation } from "./mutations/mutation.ts";

/** Every defect once, each with exactly what the providers' verdicts must say of it. */
export const mutations: readonly Mutation[] = [
  ...firstBootMutations,
  ...accessMutations,
  ...diskMutations,
  ...leftoverMutations,
];
