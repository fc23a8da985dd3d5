import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "#core/library/json-file.ts";
import { providerConformance, type ProviderHarness } from "#providers/conformance.ts";
import type { ImportFault } from "#providers/emulation/faults.ts";
import { hastyClock } from "#providers/emulation/testing/hasty-clock.ts";
import { goodImage } from "#providers/emulation/testing/image-server.ts";
import { createOciStore } from "#staging/oci/oci-store.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { newKey } from "./emulator-account.ts";
import { startHarness, testSecret } from "./emulator-harness.ts";
import { manifest } from "./manifest.ts";
import { createOci } from "./provider.ts";

const strangePassphrase = "canary-strange-passphrase-1a2b";
const strangeKey = newKey(strangePassphrase);
/** A line out of the middle of a PEM: none of it may be seen. */
const lineOf = (pem: string): string => pem.split("\n")[10] ?? "";

async function harness(): Promise<ProviderHarness> {
  let importFault: ImportFault | null = null;
  const emulated = await startHarness({
    processes: nodeProcesses,
    writeFileAtomic,
    importFault: () => importFault,
  });
  const { apiBase, fields } = emulated.emulator;
  const strangeFields = { ...fields, privateKey: strangeKey, passphrase: strangePassphrase, fingerprint: "" };
  // The images are staged as a publish does it.
  const { objectStorage } = createOci({ apiBase, fields }, { clock: hastyClock });
  const store = createOciStore({ ...objectStorage, bucket: "images" });
  const signal = AbortSignal.timeout(15_000);
  const stage = async (key: string, content: Buffer) => {
    const path = join(emulated.folder, key);
    await writeFile(path, content);
    const ignore = { onUploadId: async () => {}, onProgress: () => {} };
    const sizeBytes = content.length;
    await store.upload({ key, path, sizeBytes, contentType: "a/b", resume: null, ...ignore, signal });
    return store.locate(key, signal);
  };
  return {
    client: ({ stranger, ...options } = {}) =>
      createOci(
        { apiBase, fields: stranger === undefined ? fields : strangeFields },
        { clock: hastyClock, ...options },
      ),
    inject: (faults) => void emulated.queue.splice(0, Infinity, ...faults),
    injectImport: (fault) => (importFault = fault),
    importing: {
      format: "qcow2",
      good: await stage("good", goodImage()),
      bad: await stage("bad", randomBytes(5_000)),
      cut: null,
      honoursRetryToken: true,
    },
    fill: (count, status) => emulated.fill(count, status),
    region: "us-ashburn-1",
    otherRegion: null,
    useUpQuota: null,
    launches: [
      {
        mode: "create",
        name: "web-01",
        region: "us-ashburn-1",
        size: "VM.Standard.E4.Flex:1:16",
        keyIds: [],
        publicKey: "ssh-ed25519 AAAA web",
        userData: "#cloud-config\n",
        instanceId: null,
        network: "ocid1.subnet.oc1.iad.practicesubnet",
        zone: "Qhab:US-ASHBURN-AD-1",
      },
    ],
    strangeId: "ocid1.image.oc1.iad.nosuchimage",
    canaries: [
      testSecret,
      strangePassphrase,
      lineOf(strangeKey),
      lineOf(fields["privateKey"] ?? ""),
      lineOf(fields["privateKey"] ?? "").slice(0, 20),
    ],
    exchanges: () => emulated.exchanges,
    close: () => emulated.close(),
  };
}

providerConformance(manifest, harness);
