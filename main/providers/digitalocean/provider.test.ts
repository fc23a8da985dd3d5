import { describe, expect, it } from "vitest";
import { writeFileAtomic } from "#core/library/json-file.ts";
import { providerConformance, type ProviderHarness } from "#providers/conformance.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { distributionOf } from "./api.ts";
import { goodImage, hastyClock, serveImages, startHarness, testToken } from "./emulator-harness.ts";
import { documentIsHere } from "./official-document.ts";
import { createDigitalOcean } from "./provider.ts";

if (!documentIsHere) process.stderr.write("SKIPPED: requests are not compared with the official document\n");

async function harness(): Promise<ProviderHarness> {
  const files = await serveImages({
    good: goodImage(),
    bad: Buffer.from("<!doctype html><title>no</title>"),
  });
  const emulated = await startHarness({ processes: nodeProcesses, writeFileAtomic });
  const { apiBase } = emulated.emulator;
  return {
    client: (options) =>
      createDigitalOcean({
        apiBase,
        token: options === undefined ? testToken : "another-token",
        clock: hastyClock,
      }),
    inject: (faults) =>
      void emulated.faults.queue.push(
        ...faults.map((fault) => {
          if (fault === null) return null;
          if (typeof fault === "string") return { kind: fault };
          const { status } = fault;
          return { kind: "refuse" as const, status, ...(status === 429 ? { retryAfterSeconds: 1 } : {}) };
        }),
      ),
    goodUrl: files.url("good"),
    badUrl: files.url("bad"),
    region: "fra1",
    fill: (count) => emulated.fill(count),
    async close() {
      await emulated.close();
      await files.close();
      // Every request and answer of the suite, as it went over the wire.
      expect(emulated.problems()).toEqual([]);
    },
  };
}

providerConformance("DigitalOcean", harness);

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
