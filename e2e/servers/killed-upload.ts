import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { UploadTask } from "./upload-child.ts";

export interface KilledUpload {
  /** Of the last process, which was let finish. */
  readonly sha256: string;
  /** Ids that the store gave; more than one means that an attempt was not resumed. */
  readonly uploadIds: readonly string[];
}

/**
 * Uploads in processes of their own. One after the other is killed without warning once it has got so far (bytes of
 * progress); the last one finishes. Throws with its words when one fails by itself.
 */
export async function uploadThroughKills(
  task: Omit<UploadTask, "uploadId">,
  killAtBytes: readonly number[],
): Promise<KilledUpload> {
  const uploadIds: string[] = [];
  for (const killAt of [...killAtBytes, Infinity]) {
    const uploadId = uploadIds.at(-1) ?? null;
    const child = spawn(process.execPath, [join(import.meta.dirname, "upload-child.ts")], {
      env: { ...process.env, GOLDSMITH_TEST_UPLOAD: JSON.stringify({ ...task, uploadId }) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let words = "";
    child.stderr.on("data", (piece: Buffer) => (words += piece.toString()));
    const ended = new Promise((resolve) => child.once("close", resolve));
    let sha256: string | null = null;
    for await (const line of createInterface(child.stdout)) {
      const [word, value = ""] = line.split(" ");
      if (word === "id") uploadIds.push(value);
      if (word === "progress" && Number(value) >= killAt) child.kill("SIGKILL");
      if (word === "done") sha256 = value;
    }
    await ended;
    if (sha256 !== null) return { sha256, uploadIds };
    if (child.signalCode !== "SIGKILL") throw new Error(`The upload ended by itself: ${words}`);
  }
  throw new Error("The last upload was killed");
}
