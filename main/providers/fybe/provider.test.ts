import { expect } from "vitest";
import { writeFileAtomic } from "#core/library/json-file.ts";
import { providerConformance, type ProviderHarness } from "#providers/conformance.ts";
import { platformHarness } from "#providers/contabo/emulator-harness.ts";
import { documentIsHere } from "#providers/emulation/testing/official-document.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { startFybeEmulator } from "./emulator.ts";
import { manifest, platform } from "./manifest.ts";
import { createFybe } from "./provider.ts";

if (!documentIsHere("fybe"))
  process.stderr.write("SKIPPED: requests are not compared with Fybe's document\n");

async function harness(): Promise<ProviderHarness> {
  const deps = { processes: nodeProcesses, writeFileAtomic };
  const emulated = await platformHarness(platform, startFybeEmulator, createFybe, deps);
  return {
    ...emulated,
    async close() {
      await emulated.close();
      expect(emulated.problems()).toEqual([]);
    },
  };
}

providerConformance(manifest, harness);
