import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeClock } from "#system/node-clock.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import type { HostFacts } from "./host-facts.ts";
import { proveAccelerators, type Proof } from "./prove-accelerators.ts";

const whole = "RPLFT<..............>SUde10c4a831d74950\\n";
const loopOfMs = (ms: number): string =>
  `printf 'RPLFT<'; sleep ${ms / 1000}; printf '..............>SUde10c4a831d74950\\n'; exec sleep 60`;

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "goldsmith-doctor-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const host: HostFacts = {
  platform: "linux",
  processorModel: "Test",
  kernelRelease: "1",
  kvmDevice: "usable",
  processorVirtualises: true,
};

/** A QEMU whose behaviour under an accelerator is a piece of shell. Every start leaves its pid. */
async function prove(
  hardware: string,
  options: { tcg?: string; host?: Partial<HostFacts>; signal?: AbortSignal } = {},
): Promise<Proof> {
  const qemu = join(folder, "qemu");
  const script = `#!/bin/sh
echo $$ >> ${folder}/pids
case "$*" in
*"-accel tcg"*) ${options.tcg ?? loopOfMs(150)} ;;
*) ${hardware} ;;
esac
`;
  await writeFile(qemu, script);
  await chmod(qemu, 0o755);
  return proveAccelerators(
    { processes: nodeProcesses, clock: nodeClock },
    {
      qemu,
      romPath: join(folder, "rom"),
      host: { ...host, ...options.host },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    },
  );
}

async function assertNothingRuns(): Promise<void> {
  const pids = (await readFile(join(folder, "pids"), "utf8")).trim().split("\n").map(Number);
  for (const pid of pids) expect(await nodeProcesses.identify(pid)).toBeNull();
}

describe("proof of accelerators by a micro-boot", () => {
  it("chooses hardware that computes right and faster", async () => {
    const proof = await prove(`printf '${whole}'; exec sleep 60`);
    expect(proof.chosen).toBe("kvm");
    expect(proof.candidates.map(({ name, ok }) => [name, ok])).toEqual([
      ["kvm", true],
      ["tcg", true],
    ]);
    expect(proof.candidates[0]?.reason).toMatch(/faster than under software emulation/);
    await assertNothingRuns();
  });

  it("tells an abort, with QEMU's last words", async () => {
    const proof = await prove("echo 'qemu: error: failed to set MSR 0x10a to 0x69' >&2; kill -ABRT $$");
    expect(proof.chosen).toBe("tcg");
    expect(proof.candidates[0]).toMatchObject({ ok: false, outcome: "aborts" });
    expect(proof.candidates[0]?.reason).toContain("failed to set MSR 0x10a to 0x69");
    expect(proof.candidates[0]?.reason).toContain("SIGABRT");
  });

  it("tells an abort after the guest has begun", async () => {
    const proof = await prove("printf 'RPLF'; echo 'whpx: injection failed, exiting' >&2; exit 1");
    expect(proof.candidates[0]).toMatchObject({ ok: false, outcome: "aborts" });
    expect(proof.candidates[0]?.reason).toContain("injection failed");
  });

  it("tells that KVM gave up although QEMU goes on", async () => {
    const proof = await prove(
      "printf 'RPLF'; printf 'KVM internal error. Suberror: 1\\nemulation failure\\n' >&2; exec sleep 60",
    );
    expect(proof.candidates[0]).toMatchObject({ ok: false, outcome: "aborts" });
    expect(proof.candidates[0]?.reason).toMatch(/KVM internal error.*emulation failure/);
    await assertNothingRuns();
  });

  it("tells a hang within its time limit, names the stage and leaves no process", async () => {
    const startedMs = performance.now();
    const proof = await prove("printf 'RPLF'; sleep 60 & sleep 60");
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    expect(proof.chosen).toBe("tcg");
    expect(proof.candidates[0]).toMatchObject({ ok: false, outcome: "hangs" });
    expect(proof.candidates[0]?.reason).toContain("waiting for timer interrupts");
    await assertNothingRuns();
  });

  it("tells silence from the first byte on", async () => {
    const proof = await prove("exec sleep 60");
    expect(proof.candidates[0]).toMatchObject({ ok: false, outcome: "hangs" });
    expect(proof.candidates[0]?.reason).toContain("while it was starting");
  });

  it("tells wrong bytes", async () => {
    const proof = await prove("printf 'RPLFT<..............>SU0000000000000000\\n'; exec sleep 60");
    expect(proof.candidates[0]).toMatchObject({ ok: false, outcome: "wrong-result" });
  });

  it("tells hardware that is a little slower than emulation", async () => {
    const proof = await prove(loopOfMs(700), { tcg: loopOfMs(350) });
    expect(proof.chosen).toBe("tcg");
    expect(proof.candidates[0]).toMatchObject({ ok: false, outcome: "slower-than-tcg" });
    expect(proof.candidates[0]?.reason).toMatch(/[1-9]\.\d times slower/);
  });

  it("does not wait for hardware that is thousands of times slower", async () => {
    const startedMs = performance.now();
    const proof = await prove("printf 'RPLFT<..'; exec sleep 60");
    expect(performance.now() - startedMs).toBeLessThan(4_000);
    expect(proof.candidates[0]).toMatchObject({ ok: false, outcome: "slower-than-tcg" });
    expect(proof.candidates[0]?.reason).toMatch(/at least [\d,]{3,} times slower/);
    await assertNothingRuns();
  });

  it("does not boot where there is no device or no permission, and says how to get it", async () => {
    const missing = await prove("exit 3", { host: { kvmDevice: "absent" } });
    expect(missing.candidates[0]).toMatchObject({ outcome: "absent", elapsedMs: null });
    const forbidden = await prove("exit 3", { host: { kvmDevice: "no-permission" } });
    expect(forbidden.candidates[0]).toMatchObject({ outcome: "no-permission" });
    expect(forbidden.candidates[0]?.fix).toContain("usermod -aG kvm");
    const starts = (await readFile(join(folder, "pids"), "utf8")).trim().split("\n").length;
    expect(starts).toBe(2); // tcg, twice
  });

  it("tells an accelerator that this QEMU does not have", async () => {
    const proof = await prove("echo 'qemu: -accel hvf: invalid accelerator hvf' >&2; exit 1", {
      host: { platform: "darwin" },
    });
    expect(proof.candidates[0]).toMatchObject({ name: "hvf", outcome: "absent" });
  });

  it("chooses nothing when even emulation fails", async () => {
    const proof = await prove("exit 1", { tcg: "echo 'qemu: could not load bios' >&2; exit 1" });
    expect(proof.chosen).toBeNull();
    expect(proof.candidates.map(({ ok }) => ok)).toEqual([false, false]);
  });

  it("stops when it is cancelled", async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 300);
    await expect(
      prove("exec sleep 60", { tcg: "exec sleep 60", signal: abort.signal }),
    ).rejects.toMatchObject({
      code: "cancelled",
    });
    await assertNothingRuns();
  });
});
