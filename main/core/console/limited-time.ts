import { createContext, Script } from "node:vm";
import { AppError } from "#core/lib/app-error.ts";

/** A sane pattern needs a thousandth of this on all that a console keeps. */
const firstLimitMs = 250;
/** Once more and longer: the computer may have been busy elsewhere. */
const secondLimitMs = 750;

const world = { work: (): void => {} };
createContext(world);
const script = new Script("work()");

/**
 * Matches with a pattern of somebody else's. A pattern with nested repetitions can need years on a few characters, and
 * would hold up everything else; V8 ends a running match only when it was started by a script with a time limit.
 * `match` must be pure: it is broken off anywhere and may run twice. Throws `bad-input`.
 */
export function inLimitedTime<T>(pattern: RegExp, match: () => T): T {
  for (const timeout of [firstLimitMs, secondLimitMs]) {
    const found = tryFor(timeout, match);
    if (found !== null) return found.value;
  }
  throw new AppError("bad-input", `The pattern ${String(pattern)} takes too long on what the console shows`, {
    hint: "Write it without repetitions inside repetitions, such as (a+)+, and without .* at its beginning.",
  });
}

function tryFor<T>(timeout: number, match: () => T): { value: T } | null {
  let found: { value: T } | null = null;
  world.work = () => {
    found = { value: match() };
  };
  try {
    script.runInContext(world, { timeout });
    return found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return null;
    throw error;
  } finally {
    world.work = () => {};
  }
}
