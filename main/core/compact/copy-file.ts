import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { abortReason } from "#core/image/source/read-budget.ts";
import { makeProved } from "./make-proved.ts";

const pieceBytes = 1024 ** 2;
const zeros = Buffer.alloc(pieceBytes);

/**
 * Copies a file to `targetPath`, which appears only when it is whole; zeros become holes. Answers size and hex SHA-256
 * of what was read. Throws what `makeProved` throws, and `cancelled`.
 */
export async function copyFile(
  path: string,
  targetPath: string,
  options: { signal: AbortSignal; onProgress: (doneBytes: number, totalBytes: number) => void },
): Promise<{ fileBytes: number; sha256: string }> {
  const hash = createHash("sha256");
  const fileBytes = await makeProved([path], targetPath, async (partialPath) => {
    await using source = await open(path, "r");
    await using target = await open(partialPath, "wx", 0o600);
    const { size } = await source.stat();
    const buffer = Buffer.allocUnsafeSlow(pieceBytes);
    let doneBytes = 0;
    for (;;) {
      if (options.signal.aborted) throw abortReason(options.signal);
      const { bytesRead } = await source.read(buffer, 0, pieceBytes, doneBytes);
      if (bytesRead === 0) break;
      const piece = buffer.subarray(0, bytesRead);
      hash.update(piece);
      const isHole = piece.equals(zeros.subarray(0, bytesRead));
      for (let at = isHole ? bytesRead : 0; at < bytesRead;) {
        at += (await target.write(piece, at, bytesRead - at, doneBytes + at)).bytesWritten;
      }
      doneBytes += bytesRead;
      options.onProgress(Math.min(doneBytes, size), size);
    }
    await target.truncate(doneBytes);
  });
  return { fileBytes, sha256: hash.digest("hex") };
}
