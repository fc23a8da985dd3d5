import type { SizeLimit } from "#providers/profile.ts";
import { gigabytes } from "#core/check/amounts.ts";
import { advice, pass, type Case, type Outcome, type Rule } from "#core/check/rule.ts";

/** "100 GB" is 100·10⁹ or 100·2³⁰ bytes; documents do not say. Between the two it is a doubt, not a verdict. */
const binaryReading = (bytes: number): number => (bytes / 1000 ** 3) * 1024 ** 3;

function judgeLimit({ facts, profile }: Case, limit: SizeLimit): Outcome {
  const bytes = limit.of === "disk" ? facts.virtualBytes : facts.fileBytes;
  const what = limit.of === "disk" ? "disk" : "file";
  const where = `${what} size`;
  const said = `the ${what} has ${gigabytes(bytes)}`;
  const allowed = gigabytes(limit.bytes);
  if (limit.kind === "quota") {
    if (bytes <= limit.bytes) return pass(`The ${what} fits into the allowance of ${allowed}`, where);
    const consequence = "The import is refused unless the allowance of the account was extended.";
    return {
      level: "warning",
      title: `${profile.name} includes ${allowed} of images; ${said}`,
      where,
      consequence,
    };
  }
  const title = `${profile.name} takes at most ${allowed}; ${said}`;
  if (bytes > binaryReading(limit.bytes)) return { level: "error", title, where };
  if (bytes > limit.bytes) {
    const consequence = "It is refused if the provider counts a GB as 1,000,000,000 bytes.";
    return { level: "warning", title, where, consequence };
  }
  return pass(`The ${what} (${gigabytes(bytes)}) is within ${allowed}`, where);
}

export const sizeRules: readonly Rule[] = [
  {
    id: "size.limit",
    title: "The size is within the provider's limits",
    applies: ({ profile }) => profile.sizeLimits.length > 0,
    source: (profile) => profile.sizeLimits[0]?.source ?? profile.document,
    consequence: "The import is refused.",
    fix: advice("Use a smaller disk: shrink the last partition and the disk, then compact."),
    evaluate: (subject) =>
      subject.profile.sizeLimits.map(({ value, source }) => ({ ...judgeLimit(subject, value), source })),
  },
];
