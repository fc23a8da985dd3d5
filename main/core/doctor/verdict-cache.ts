import { join } from "node:path";
import { z } from "zod";
import { CandidateSchema } from "#contract/doctor.ts";
import { AcceleratorNameSchema } from "#contract/machine.ts";
import { readJson, writeJson } from "#core/library/json-file.ts";
import type { HostFacts } from "./host-facts.ts";
import type { Proof } from "./prove-accelerators.ts";

const CacheFileSchema = z.object({
  version: z.literal(1),
  key: z.record(z.string(), z.string()),
  provedAt: z.iso.datetime(),
  chosen: AcceleratorNameSchema.nullable(),
  candidates: z.array(CandidateSchema),
});

/** A verdict that was due to a busy minute must not stay for ever. */
const longestAgeMs = 7 * 24 * 3600 * 1000;

/** To be counted up when rules or words of judge-candidate.ts change. */
const judgeVersion = "2";

export type CacheKey = Readonly<Record<string, string>>;

/** A verdict holds for one QEMU, probe guest, processor, kernel and state of /dev/kvm. */
export const cacheKey = (
  qemu: { path: string; version: string },
  probe: string,
  host: HostFacts,
): CacheKey => ({
  qemuPath: qemu.path,
  qemuVersion: qemu.version,
  probe,
  judge: judgeVersion,
  platform: host.platform,
  processor: host.processorModel,
  kernel: host.kernelRelease,
  kvmDevice: host.kvmDevice,
});

const pathIn = (cacheFolder: string): string => join(cacheFolder, "accelerator.json");

/** Null when there is none for this key; a damaged file counts as none. */
export async function readVerdict(cacheFolder: string, key: CacheKey, nowIso: string): Promise<Proof | null> {
  const file = await readJson(pathIn(cacheFolder), CacheFileSchema).catch(() => null);
  if (file === null || !sameKey(file.key, key)) return null;
  const ageMs = Date.parse(nowIso) - Date.parse(file.provedAt);
  if (ageMs < 0 || ageMs > longestAgeMs) return null;
  return { chosen: file.chosen, candidates: file.candidates };
}

export const writeVerdict = (
  cacheFolder: string,
  key: CacheKey,
  proof: Proof,
  nowIso: string,
): Promise<void> => writeJson(pathIn(cacheFolder), { version: 1, key, provedAt: nowIso, ...proof });

const sameKey = (a: CacheKey, b: CacheKey): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(([name, value]) => b[name] === value);
