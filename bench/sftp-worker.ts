import { createSftpStore } from "#staging/sftp/sftp-store.ts";
import type { SftpAccess } from "#staging/sftp/sftp-access.ts";
import type { UploadFigures } from "./upload-worker.ts";
import { peakMemoryBytes } from "./peak-memory.ts";

/**
 * `node bench/sftp-worker.ts FILE BYTES`, with an `SftpAccess` as JSON in GOLDSMITH_BENCH_PLACE: uploads one file in a
 * process of its own. Prints one line of JSON: `UploadFigures`, and when the last byte had been confirmed.
 */
export interface SftpFigures extends UploadFigures {
  /** Until all was confirmed; the rest is proving that it arrived. */
  readonly sentMs: number;
}

const [path = "", sizeText = ""] = process.argv.slice(2);
const sizeBytes = Number(sizeText);
const store = createSftpStore(JSON.parse(process.env["GOLDSMITH_BENCH_PLACE"] ?? "{}") as SftpAccess);
const { signal } = new AbortController();
await store.probe(signal);
const before = process.cpuUsage();
const startedMs = performance.now();
let sentMs = 0;
const { sha256 } = await store.upload({
  key: "ours",
  path,
  sizeBytes,
  contentType: "application/octet-stream",
  access: "private",
  resume: null,
  onUploadId: async () => {},
  onProgress: (doneBytes) => {
    if (doneBytes === sizeBytes) sentMs = performance.now() - startedMs;
  },
  signal,
});
const elapsedMs = performance.now() - startedMs;
const { user, system } = process.cpuUsage(before);
const figures: SftpFigures = {
  elapsedMs,
  sentMs,
  cpuMs: (user + system) / 1000,
  peakMemoryBytes: await peakMemoryBytes(),
  sha256,
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
