import type { Ports } from "#ports/ports.ts";
import { makeProved } from "./make-proved.ts";
import { checkQcow2, compareDisks, convertToQcow2, type DiskFile } from "./qemu-img.ts";

/** What still has to be done, in parts of the whole time (measured: converting takes most of it). */
const convertShare = 0.85;

export interface CompactProgress {
  readonly stage: "convert" | "check" | "compare";
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/**
 * Compacts into `targetPath`, which appears only when it is proved: qemu-img's check and a comparison of all that
 * a guest sees. Until then the file is `<targetPath>.partial`. Throws `disk-full`, `image-in-use`,
 * `verify-failed`, `cancelled`, `tool-missing`; the partial file is removed in every case.
 */
export async function compactImage(
  source: DiskFile & { readonly virtualBytes: number; readonly layerPaths?: readonly string[] },
  targetPath: string,
  deps: { ports: Pick<Ports, "processes" | "clock"> },
  options: { signal: AbortSignal; onProgress: (progress: CompactProgress) => void },
): Promise<{ fileBytes: number; elapsedMs: number }> {
  const { processes, clock } = deps.ports;
  const startedMs = clock.nowMs();
  const totalBytes = source.virtualBytes;
  const report =
    (stage: CompactProgress["stage"], from: number, to: number) =>
    (fraction: number): void => {
      const part = from + (to - from) * fraction;
      options.onProgress({ stage, doneBytes: Math.round(part * totalBytes), totalBytes });
    };
  const shared = { processes, signal: options.signal };
  const sources = [source.path, ...(source.layerPaths ?? [])] as const;
  const fileBytes = await makeProved(sources, targetPath, async (path) => {
    await convertToQcow2(source, path, { ...shared, onFraction: report("convert", 0, convertShare) });
    await checkQcow2(path, { ...shared, onFraction: report("check", convertShare, convertShare) });
    const target: DiskFile = { path, format: "qcow2" };
    await compareDisks(source, target, { ...shared, onFraction: report("compare", convertShare, 1) });
  });
  return { fileBytes, elapsedMs: clock.nowMs() - startedMs };
}
