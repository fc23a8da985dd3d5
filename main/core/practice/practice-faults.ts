import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ProviderIdSchema, type ProviderId } from "#contract/finding.ts";
import type { EmulatorFaults } from "#providers/emulation/faults.ts";

const ProviderFaultsSchema = z.object({
  /** One request, every time it comes: `{ method, path, status }`. */
  refuse: z
    .object({ method: z.string(), path: z.string(), status: z.number().int().min(400).max(599) })
    .optional(),
  import: z
    .discriminatedUnion("kind", [
      z.object({ kind: z.literal("fail"), message: z.string() }),
      z.object({ kind: z.literal("stuck") }),
      z.object({ kind: z.literal("vanish") }),
      z.object({ kind: z.literal("odd-status"), status: z.string() }),
    ])
    .optional(),
});
/** `<data>/practice/faults.json`. */
const FaultsFileSchema = z.partialRecord(ProviderIdSchema, ProviderFaultsSchema);

/**
 * What a practice account is told to do wrong, for trying out how a failure looks and how it is mended. The file is
 * read anew for every request: removing it ends the trouble. One that cannot be understood tells nothing.
 */
export function practiceFaults(folder: string, provider: ProviderId): EmulatorFaults {
  const path = join(folder, "faults.json");
  const told = (): z.infer<typeof ProviderFaultsSchema> => {
    try {
      return FaultsFileSchema.parse(JSON.parse(readFileSync(path, "utf8")))[provider] ?? {};
    } catch {
      return {}; // as a rule there is no such file
    }
  };
  return {
    request: ({ method, path: asked }) => {
      const { refuse } = told();
      if (refuse === undefined || refuse.method !== method || !asked.startsWith(refuse.path)) return null;
      return { kind: "refuse", status: refuse.status };
    },
    import: () => told().import ?? null,
  };
}
