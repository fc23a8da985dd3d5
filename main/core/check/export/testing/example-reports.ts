import type { Finding } from "#contract/finding.ts";
import type { CheckReport } from "#contract/report.ts";
import { judge } from "#core/check/judge.ts";
import { exampleFacts } from "#core/check/testing/example-facts.ts";
import { AppError } from "#core/lib/app-error.ts";
import { profiles } from "#providers/profiles.ts";

const base = (path: string): CheckReport => ({
  key: `file:${path}`,
  subject: { kind: "file", path },
  path,
  checkedAt: "2026-01-10T12:00:00.000Z",
  facts: null,
  verdicts: {},
  error: null,
});

/** As the judge makes it: an image whose machine-id was left in it, at every provider. */
export function judgedReport(path = "/images/debian 12.qcow2"): CheckReport {
  const facts = exampleFacts();
  if (facts.identity !== null) facts.identity = { ...facts.identity, machineId: "set" };
  const verdicts = Object.fromEntries(
    Object.entries(profiles).map(([id, profile]) => [id, judge(facts, profile)]),
  );
  return { ...base(path), facts, verdicts };
}

export const unreadableReport = (path = "/images/broken.qcow2"): CheckReport => ({
  ...base(path),
  error: new AppError("image-refused", `${path} names a backing file`, { hint: "Flatten it." }).toWire(),
});

/** What text out of an image may try, all at once. */
export const hostileText =
  "</title><script>alert(1)</script>\u001b[2J\u0000\u202egnp.exe]]>&amp;\"'`|*_[x](javascript:x) @all https://evil.example www.evil.example\n# head\ud800";

/** Every string that can come out of an image or its name is hostile. */
export function hostileReport(): CheckReport {
  const facts = exampleFacts();
  facts.notes = [hostileText];
  if (facts.os !== null) facts.os = { ...facts.os, prettyName: hostileText };
  const finding: Finding = {
    id: "identity.machine-id",
    level: "error",
    title: hostileText,
    where: hostileText,
    source: { document: "Guide", url: "javascript:alert(1)" },
    consequence: hostileText,
    fix: { text: hostileText, repairId: null },
  };
  const verdict = { level: "error" as const, findings: [finding] };
  return {
    ...base(`/images/${hostileText.replaceAll("/", "∕")}`),
    facts,
    verdicts: { digitalocean: verdict, kvm: verdict },
  };
}
