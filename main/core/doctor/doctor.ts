import { statfs } from "node:fs/promises";
import type { DoctorReport } from "#contract/doctor.ts";
import type { AcceleratorName } from "#contract/machine.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import { findFirmware, type Firmware } from "./firmware.ts";
import { readHostFacts } from "./host-facts.ts";
import { findProblems } from "./problems.ts";
import { prepareProbeGuest } from "./probe-guest.ts";
import { proveAccelerators, type Proof } from "./prove-accelerators.ts";
import { findQemu, findTools } from "./tools.ts";
import { cacheKey, readVerdict, writeVerdict } from "./verdict-cache.ts";

/** Finds out what this computer can do for machines, and says what to mend. */
export interface Doctor {
  /** Looks at everything and puts the report into the store. `fresh` boots the probe guest again. */
  run(options: { fresh: boolean }, signal?: AbortSignal): Promise<DoctorReport>;
  /** The proved accelerator. Throws `tool-missing` without QEMU and `accelerator-broken` when none works. */
  accelerator(signal?: AbortSignal): Promise<AcceleratorName>;
  firmware(): Promise<Pick<Firmware, "uefiCode" | "uefiVars">>;
}

interface Qemu {
  path: string;
  version: string;
}
type Verdict = Proof & { cached: boolean };

export function createDoctor(deps: { ports: Ports; store: StateStore }): Doctor {
  const { ports, store } = deps;
  const { processes, clock, directories, secrets } = ports;
  /** The verdict of this session, with the QEMU that it is about. */
  let known: { key: string; verdict: Promise<Verdict> } | null = null;

  /** From this session, else from the cache, else proved now; callers at the same time share one proof. */
  async function verdictOn(qemu: Qemu, fresh: boolean, signal?: AbortSignal): Promise<Verdict> {
    const [probe, host] = await Promise.all([prepareProbeGuest(directories), readHostFacts()]);
    const key = cacheKey(qemu, probe.digest, host);
    const name = JSON.stringify(key);
    while (!fresh && known?.key === name) {
      const shared = await known.verdict.catch((error: unknown) => {
        // Whoever had it proved has cancelled; that is not our business.
        if (AppError.from(error).code === "cancelled" && signal?.aborted !== true) return null;
        throw error;
      });
      if (shared !== null) return { ...shared, cached: true };
    }
    const verdict = prove();
    known = { key: name, verdict };
    verdict.catch(() => (known = null));
    return verdict;

    async function prove(): Promise<Verdict> {
      const kept = fresh ? null : await readVerdict(directories.cache, key, clock.nowIso());
      if (kept !== null) return { ...kept, cached: true };
      const proof = await proveAccelerators(ports, {
        qemu: qemu.path,
        romPath: probe.romPath,
        host,
        ...(signal === undefined ? {} : { signal }),
      });
      ports.log.info("Accelerators were proved", { key, proof });
      await writeVerdict(directories.cache, key, proof, clock.nowIso());
      return { ...proof, cached: false };
    }
  }

  /** The folders in which QEMU looks for firmware, by its own word. */
  async function firmwareFolders(qemu: Qemu | null): Promise<string[]> {
    if (qemu === null) return [];
    const result = await processes
      .run([qemu.path, "-L", "help"], { timeoutMs: 5_000, allowFailure: true })
      .catch(() => null);
    return (result?.stdout ?? "")
      .split(/\r?\n/)
      .filter((line) => line !== "")
      .slice(0, 20);
  }

  async function run(options: { fresh: boolean }, signal?: AbortSignal): Promise<DoctorReport> {
    const [tools, qemu] = await Promise.all([findTools(processes), findQemu(processes)]);
    const verdict =
      qemu === null
        ? { chosen: null, candidates: [], cached: false }
        : await verdictOn(qemu, options.fresh, signal);
    const space = await statfs(directories.data);
    const found = {
      schemaVersion: 1 as const,
      checkedAt: clock.nowIso(),
      cached: verdict.cached,
      accelerator: { chosen: verdict.chosen, candidates: verdict.candidates },
      qemu: { path: qemu?.path ?? null, version: qemu?.version ?? null },
      firmware: await findFirmware(await firmwareFolders(qemu)),
      disk: {
        path: directories.data,
        freeBytes: space.bavail * space.bsize,
        totalBytes: space.blocks * space.bsize,
      },
      keychain: { kind: secrets.kind, detail: secrets.detail },
      tools,
    };
    const problems = findProblems(found);
    const report = { ...found, ok: problems.every(({ level }) => level !== "error"), problems };
    store.put("doctor", "report", report);
    return report;
  }

  return {
    run,
    async accelerator(signal) {
      const qemu = await findQemu(processes);
      if (qemu === null) throw new AppError("tool-missing", "qemu-system-x86_64 is not installed");
      const { chosen, candidates } = await verdictOn(qemu, false, signal);
      if (chosen !== null) return chosen;
      throw new AppError("accelerator-broken", "No accelerator can run a guest on this computer", {
        hint: "Run `goldsmith doctor --fresh` for the reasons and what to do.",
        details: { candidates },
      });
    },
    async firmware() {
      const { uefiCode, uefiVars } = await findFirmware(await firmwareFolders(await findQemu(processes)));
      return { uefiCode, uefiVars };
    },
  };
}
