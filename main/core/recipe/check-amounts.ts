import { HardwareSchema } from "#contract/machine.ts";
import type { RecipeHead } from "#contract/recipe-document.ts";
import { parseDuration, parseSize } from "#core/lib/amount-text.ts";
import { sizeText } from "#core/lib/size-text.ts";
import type { PlacedStep } from "./recipe.ts";
import type { YamlPath } from "./yaml-text.ts";

/** Timers count to 2^31 milliseconds, and end at once beyond that; nothing waits for so long. */
const longestMs = 7 * 24 * 3_600_000;

const sizes = [
  { field: "memory", limits: HardwareSchema.shape.memoryBytes, examples: "from 64 MiB on, in whole MiB" },
  { field: "disk", limits: HardwareSchema.shape.diskSizeBytes, examples: "from 1 MiB to 64 TiB" },
] as const;

/** Sizes and times that are written well and that no machine can have and nobody can wait for. */
export function checkAmounts(
  { head, steps }: { head: RecipeHead | null; steps: readonly PlacedStep[] },
  tell: (path: YamlPath, message: string) => void,
): void {
  for (const { field, limits, examples } of sizes) {
    const written = head?.machine?.[field];
    if (written === undefined) continue;
    const sizeBytes = parseSize(String(written));
    if (sizeBytes !== null && limits.safeParse(sizeBytes).success) continue;
    const got = sizeBytes === null ? String(written) : sizeText(sizeBytes);
    tell(["machine", field], `A machine cannot have ${got} of ${field}; it can be ${examples}`);
  }
  for (const { name, value, index } of steps) {
    if (typeof value !== "object" || value === null || !("timeout" in value)) continue;
    const { timeout } = value;
    const timeoutMs = timeout === undefined ? 1 : (parseDuration(String(timeout)) ?? 0);
    if (timeoutMs < 1 || timeoutMs > longestMs)
      tell(["steps", index, name, "timeout"], "A time to wait is at least 1 ms and at most 168 h");
  }
}
