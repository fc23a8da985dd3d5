import { expect } from "vitest";
import { writeFileAtomic } from "#core/library/json-file.ts";
import { providerConformance, type ProviderHarness } from "#providers/conformance.ts";
import { platformHarness } from "#providers/contabo/emulator-harness.ts";
import { documentIsHere } from "#providers/emulation/testing/official-document.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { startContaboEmulator } from "./emulator.ts";
import { manifest, platform } from "./manifest.ts";
import { createContabo } from "./provider.ts";

if (!documentIsHere("contabo"))
  process.stderr.write("SKIPPED: requests are not compared with Contabo's document\n");

async function harness(): Promise<ProviderHarness> {
  const deps = { processes: nodeProcesses, writeFileAtomic };
  const emulated = await platformHarness(platform, startContaboEmulator, createContabo, deps);
  return {
    ...emulated,
    async close() {
      await emulated.close();
      expect(emulated.problems()).toEqual([]);
    },
  };
}

providerConformance(manifest, harness);
