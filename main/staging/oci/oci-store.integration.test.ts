import { writeFileAtomic } from "#core/library/json-file.ts";
import { hastyClock } from "#providers/emulation/testing/hasty-clock.ts";
import { newKey } from "#providers/oci/emulator-account.ts";
import { startHarness } from "#providers/oci/emulator-harness.ts";
import { createOci } from "#providers/oci/provider.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { testStagingStore } from "../conformance.ts";
import { createOciStore } from "./oci-store.ts";

const strangeKey = newKey("canary-strange-passphrase");

testStagingStore("Oracle's Object Storage", async () => {
  const harness = await startHarness({ processes: nodeProcesses, writeFileAtomic });
  const { apiBase, fields } = harness.emulator;
  const strange = {
    ...fields,
    privateKey: strangeKey,
    passphrase: "canary-strange-passphrase",
    fingerprint: "",
  };
  return {
    endpoint: apiBase,
    open: (endpoint, wrong = {}) => {
      const own = wrong.secretAccessKey === undefined ? fields : strange;
      const { objectStorage } = createOci({ apiBase: endpoint, fields: own }, { clock: hastyClock });
      return createOciStore({
        ...objectStorage,
        bucket: wrong.bucket ?? "images",
        retry: { attempts: 4, firstDelayMs: 1 },
      });
    },
    close: () => harness.close(),
  };
});
