import { peakMemoryBytes } from "./peak-memory.ts";
import { createS3Store, type S3Place } from "#staging/s3/s3-store.ts";

/**
 * `node bench/upload-worker.ts FILE BYTES`, with an `S3Place` as JSON in GOLDSMITH_BENCH_PLACE: uploads one file in a
 * process of its own, so that its memory is the upload's alone. Prints one line of JSON (`UploadFigures`).
 */
export interface UploadFigures {
  /** From the first call to the last, without the start of Node and the loading of modules. */
  readonly elapsedMs: number;
  readonly cpuMs: number;
  readonly peakMemoryBytes: number;
  readonly sha256: string;
}

const [path = "", sizeText = ""] = process.argv.slice(2);
const store = createS3Store(JSON.parse(process.env["GOLDSMITH_BENCH_PLACE"] ?? "{}") as S3Place);
const { signal } = new AbortController();
await store.probe(signal);
const before = process.cpuUsage();
const startedMs = performance.now();
const { sha256 } = await store.upload({
  key: "ours",
  path,
  sizeBytes: Number(sizeText),
  contentType: "application/octet-stream",
  access: "private",
  resume: null,
  onUploadId: async () => {},
  onProgress: () => {},
  signal,
});
const elapsedMs = performance.now() - startedMs;
const { user, system } = process.cpuUsage(before);
const figures: UploadFigures = {
  elapsedMs,
  cpuMs: (user + system) / 1000,
  peakMemoryBytes: await peakMemoryBytes(),
  sha256,
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
