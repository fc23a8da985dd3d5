import { describe, expect, it } from "vitest";
import { writeFileAtomic } from "#core/library/json-file.ts";
import { providerConformance, type ProviderHarness } from "#providers/conformance.ts";
import type { ImportFault } from "#providers/emulation/faults.ts";
import { hastyClock } from "#providers/emulation/testing/hasty-clock.ts";
import { goodImage, serveImages } from "#providers/emulation/testing/image-server.ts";
import { documentIsHere } from "#providers/emulation/testing/official-document.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { distributionOf } from "./api.ts";
import { startHarness, testToken } from "./emulator-harness.ts";
import { manifest } from "./manifest.ts";
import { createDigitalOcean } from "./provider.ts";

if (!documentIsHere("digitalocean"))
  process.stderr.write("SKIPPED: requests are not compared with DigitalOcean's document\n");

const strangeToken = "canary-strange-token-1a2b3c";

async function harness(): Promise<ProviderHarness> {
  const files = await serveImages({
    good: goodImage(),
    bad: Buffer.from("<!doctype html><title>no</title>"),
  });
  let importFault: ImportFault | null = null;
  let oddStatus = false;
  const deps = { processes: nodeProcesses, writeFileAtomic, importFault: () => importFault };
  const emulated = await startHarness(deps);
  const from = (name: string) => ({ kind: "url" as const, url: files.url(name) });
  return {
    client: ({ stranger, ...options } = {}) =>
      createDigitalOcean(
        {
          apiBase: emulated.emulator.apiBase,
          fields: { token: stranger === undefined ? testToken : strangeToken },
        },
        { clock: hastyClock, ...options },
      ),
    inject: (faults) => void emulated.queue.splice(0, Infinity, ...faults),
    injectImport: (fault) => (importFault = fault),
    importing: {
      format: "qcow2",
      good: from("good"),
      bad: from("bad"),
      cut: from("cut-good"),
      honoursRetryToken: false,
    },
    fill(count, status) {
      oddStatus ||= status !== undefined;
      return emulated.fill(count, status);
    },
    region: "fra1",
    otherRegion: "ams3",
    useUpQuota: null,
    launches: [
      {
        mode: "create",
        name: "web-01",
        region: "fra1",
        size: "s-1vcpu-1gb",
        keyIds: ["512001"],
        publicKey: null,
        userData: "#cloud-config\n",
        instanceId: null,
        network: null,
        zone: null,
      },
    ],
    strangeId: "1",
    canaries: [testToken, strangeToken],
    exchanges: () => emulated.exchanges,
    async close() {
      await emulated.close();
      await files.close();
      // A status of the future is not in the document of today.
      const foreseen = (problem: string): boolean => oddStatus && /status: must be equal/.test(problem);
      expect(emulated.problems().filter((problem) => !foreseen(problem))).toEqual([]);
    },
  };
}

providerConformance(manifest, harness);

describe("distributionOf", () => {
  it("uses the words of the document and Unknown for the rest", () => {
    expect([
      distributionOf("debian"),
      distributionOf("rocky"),
      distributionOf("alpine"),
      distributionOf(null),
    ]).toEqual(["Debian", "Rocky Linux", "Unknown", "Unknown"]);
  });
});
