import { constants, type BigIntStats } from "node:fs";
import { open, realpath, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { ExportFormat } from "#contract/published.ts";
import { AppError } from "#core/lib/app-error.ts";
import { writeFileAtomic } from "#core/library/json-file.ts";
import { textOption, UsageError, type CommandContext, type OptionSpec } from "./command.ts";

/** Where a report goes besides the terminal. */
export interface ExportTarget {
  readonly format: ExportFormat;
  /** Absolute; null: standard output. */
  readonly path: string | null;
}

const exportFormats = ["sarif", "junit", "html", "markdown"] as const satisfies readonly ExportFormat[];

export const exportOptions: Readonly<Record<(typeof exportFormats)[number], OptionSpec>> = {
  sarif: { type: "string", value: "FILE", help: "Write SARIF 2.1.0 (- is standard output)" },
  junit: { type: "string", value: "FILE", help: "Write JUnit XML: a suite for each file and provider" },
  html: { type: "string", value: "FILE", help: "Write one self-contained HTML page" },
  markdown: { type: "string", value: "FILE", help: "Write Markdown" },
};

/** At most one document goes to standard output. Throws UsageError. */
export function exportTargets(context: Pick<CommandContext, "options" | "json">): ExportTarget[] {
  const targets = exportFormats.flatMap((format): ExportTarget[] => {
    const word = textOption(context, format);
    if (word === undefined) return [];
    if (word === "") throw new UsageError(`--${format}: the file's name is missing`);
    return [{ format, path: word === "-" ? null : resolve(word) }];
  });
  const onStdout = targets.filter(({ path }) => path === null).length + (context.json ? 1 : 0);
  if (onStdout > 1) throw new UsageError("Only one document can go to standard output");
  const paths = targets.flatMap(({ path }) => (path === null ? [] : [path]));
  if (new Set(paths).size < paths.length) throw new UsageError("Two documents would go to the same file");
  return targets;
}

/** What our own documents begin with; anything else that is there already is not ours to replace. */
const beginnings: Readonly<Record<ExportFormat, string>> = {
  json: "{",
  sarif: "{",
  junit: "<",
  html: "<",
  markdown: "#",
};

/**
 * Refuses what would do harm before an image is read: a target that is one of the images (under any name), a
 * folder, a disk, or a file that is no report (`check --html disk.qcow2`, with the page's name forgotten).
 * Throws UsageError.
 */
export async function assertTargets(
  targets: readonly ExportTarget[],
  imagePaths: readonly string[],
): Promise<void> {
  const images = await Promise.all(imagePaths.map(statOrNull));
  for (const { format, path } of targets) {
    if (path === null) continue;
    const there = await statOrNull(path);
    if (there === null) {
      const folder = await statOrNull(dirname(path));
      if (folder?.isDirectory() !== true)
        throw new UsageError(`--${format}: there is no folder ${dirname(path)}`);
      continue;
    }
    if (images.some((image) => image !== null && image.ino === there.ino && image.dev === there.dev)) {
      throw new UsageError(`--${format}: ${path} is the image itself`);
    }
    if (there.isDirectory()) throw new UsageError(`--${format}: ${path} is a folder`);
    if (there.isBlockDevice()) throw new UsageError(`--${format}: ${path} is a disk`);
    if (there.isFile() && there.size > 0n && !(await beginsWith(path, beginnings[format]))) {
      throw new UsageError(`--${format}: ${path} is there already and is no such report; remove it first`);
    }
  }
}

/** A reader sees the old or the new document, never a part. Pipes and terminals are written as they are. */
export async function writeTarget(path: string, text: string): Promise<void> {
  const there = await statOrNull(path);
  if (there === null || there.isFile()) {
    const place = there === null ? path : await realpath(path);
    await writeFileAtomic(place, text, there === null ? 0o644 : Number(there.mode & 0o777n));
    return;
  }
  const file = await open(path, constants.O_WRONLY);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}

async function statOrNull(path: string): Promise<BigIntStats | null> {
  try {
    return await stat(path, { bigint: true });
  } catch {
    return null; // not there or not to be reached: whoever opens it will say so in words
  }
}

async function beginsWith(path: string, beginning: string): Promise<boolean> {
  try {
    await using file = await open(path, "r");
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return buffer.toString("utf8", 0, bytesRead).trimStart().startsWith(beginning);
  } catch (error) {
    throw AppError.from(error);
  }
}
