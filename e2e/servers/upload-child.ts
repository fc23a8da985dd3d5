import { createS3Store, type S3Place, type S3Tuning } from "#staging/s3/s3-store.ts";

/**
 * A process that uploads one file and may be killed. Takes `UploadTask` as JSON in GOLDSMITH_TEST_UPLOAD; prints
 * `id ID` before a byte leaves, `progress BYTES`, `done SHA256`.
 */
export interface UploadTask {
  readonly place: S3Place;
  readonly tuning: Pick<S3Tuning, "retry" | "partBytes" | "silenceTimeoutMs">;
  readonly key: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly uploadId: string | null;
}

const task = JSON.parse(process.env["GOLDSMITH_TEST_UPLOAD"] ?? "{}") as UploadTask;
const say = (line: string): Promise<void> =>
  new Promise((resolve) => process.stdout.write(`${line}\n`, () => resolve()));

const { sha256 } = await createS3Store(task.place, task.tuning).upload({
  key: task.key,
  path: task.path,
  sizeBytes: task.sizeBytes,
  contentType: "application/octet-stream",
  access: "private",
  resume: task.uploadId === null ? null : { uploadId: task.uploadId },
  onUploadId: (uploadId) => say(`id ${uploadId}`),
  onProgress: (doneBytes) => void say(`progress ${doneBytes}`),
  signal: new AbortController().signal,
});
await say(`done ${sha256}`);
process.exit(0);
