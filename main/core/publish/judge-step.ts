import { z } from "zod";
import type { ImageFacts } from "#contract/facts.ts";
import { OsFactsSchema } from "#contract/facts-system.ts";
import type { ProviderId } from "#contract/finding.ts";
import { DestinationPlanSchema } from "#contract/publish.ts";
import type { CheckReport } from "#contract/report.ts";
import { AppError } from "#core/lib/app-error.ts";
import { afterConversion } from "./after-conversion.ts";
import type { Conversion } from "./prepare/conversion.ts";

/** What a publish keeps of the check. */
export const JudgedSchema = z.object({
  /** Ids of the findings that say error and were overridden. */
  overridden: z.array(z.string()),
  os: OsFactsSchema.nullable(),
  firmware: z.enum(["bios", "uefi"]).nullable(),
  cloudInit: z.boolean().nullable(),
  convert: DestinationPlanSchema.shape.convert,
});

/**
 * Holds a publish back when the provider would not take the image, or when nobody could tell because it could
 * not be read. Throws `publish-held` with the findings, or the error of the check.
 */
export function judgeForPublish(
  report: CheckReport,
  provider: { id: ProviderId; name: string },
  { override, convert }: { override: boolean; convert: Conversion },
): Omit<z.infer<typeof JudgedSchema>, "convert"> {
  if (report.error !== null) throw AppError.fromWire(report.error);
  const judged = report.verdicts[provider.id];
  if (judged === undefined) {
    throw new AppError("internal", `The image was not judged for ${provider.name}`);
  }
  const { verdict } = afterConversion(judged, convert);
  const problems = verdict.findings.filter((finding) => finding.level === "error");
  if (problems.length > 0 && !override) {
    const titles = problems.map(({ title }) => title).join("; ");
    throw new AppError("publish-held", `The image would not work at ${provider.name}: ${titles}`, {
      details: {
        findings: problems.map(({ id, title, where, consequence, fix }) => ({
          id,
          title,
          where,
          consequence,
          fix: fix?.text ?? null,
        })),
      },
    });
  }
  const { facts } = report;
  return {
    overridden: problems.map(({ id }) => id),
    os: facts?.os ?? null,
    firmware: firmwareOf(facts),
    cloudInit: facts === null || facts.os === null ? null : facts.cloudInit !== null,
  };
}

/** BIOS where it works: every provider has it, and only some have the other. */
function firmwareOf(facts: ImageFacts | null): "bios" | "uefi" | null {
  const boot = facts?.boot ?? null;
  if (boot === null) return null;
  if (boot.grubCore || boot.biosBootCode) return "bios";
  return boot.efiRemovablePath === null ? null : "uefi";
}
