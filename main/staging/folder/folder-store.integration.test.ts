import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testStagingStore } from "../conformance.ts";
import type { TransferGate } from "../transfer-gate.ts";
import { createFolderStore } from "./folder-store.ts";

const place = (path: string) => ({ kind: "folder", path, publicUrlTemplate: null }) as const;

testStagingStore("A folder", async () => {
  const home = await mkdtemp(join(tmpdir(), "goldsmith-folder-"));
  let writtenBytes = 0;
  const gate: TransferGate = {
    pass: async (byteCount) => void (writtenBytes += byteCount),
    pauses: 0,
  };
  return {
    endpoint: null,
    interruption: { resentBytes: 1024 * 1024, overheadBytes: 1024 },
    open: () => createFolderStore(place(home), { gate }),
    wrong: () => [
      {
        what: "folder",
        store: createFolderStore(place(join(home, "gone"))),
        code: "staging-failed",
        secret: null,
      },
    ],
    read: ({ location }) => readFile(location),
    writtenBytes: () => writtenBytes,
    close: () => rm(home, { recursive: true, force: true }),
  };
});
