import { writeFileAtomic } from "#core/library/json-file.ts";
import { hastyClock } from "#providers/emulation/testing/hasty-clock.ts";
import { newKey } from "#providers/oci/emulator-account.ts";
import { startHarness } from "#providers/oci/emulator-harness.ts";
import { createOci } from "#providers/oci/provider.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { testStagingStore } from "../conformance.ts";
import type { StagingStore } from "../staging-store.ts";
import { createOciStore } from "./oci-store.ts";

const MiB = 1024 * 1024;
const strangePassphrase = "canary-strange-passphrase";
const strangeKey = newKey(strangePassphrase);

testStagingStore("Oracle's Object Storage", async () => {
  const harness = await startHarness({ processes: nodeProcesses, writeFileAtomic });
  const { apiBase, fields } = harness.emulator;
  const strange = { ...fields, privateKey: strangeKey, passphrase: strangePassphrase, fingerprint: "" };
  const open = (
    change: { endpoint?: string; fields?: Record<string, string>; bucket?: string } = {},
  ): StagingStore => {
    const access = { apiBase: change.endpoint ?? apiBase, fields: change.fields ?? fields };
    const { objectStorage } = createOci(access, { clock: hastyClock });
    const retry = { attempts: 4, firstDelayMs: 1 };
    return createOciStore({ ...objectStorage, bucket: change.bucket ?? "images", retry });
  };
  return {
    endpoint: apiBase,
    // Less than a part of 8 MiB for each of four connections.
    interruption: { resentBytes: 4 * 8 * MiB, overheadBytes: 256 * 1024 },
    open: (endpoint) => open({ endpoint }),
    wrong: () => [
      { what: "key", store: open({ fields: strange }), code: "unauthorized", secret: strangePassphrase },
      {
        what: "bucket",
        store: open({ bucket: "there-is-no-such-bucket" }),
        code: "staging-failed",
        secret: null,
      },
      { what: "endpoint", store: open({ endpoint: "http://127.0.0.1:9" }), code: "network", secret: null },
    ],
    close: () => harness.close(),
  };
});
