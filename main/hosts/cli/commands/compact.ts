import type { ImageView } from "#contract/image.ts";
import { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import { defineCommand, firstPositional, textOption, UsageError, type CommandContext } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { findSubject } from "../find-subject.ts";
import { followJob } from "../follow-job.ts";
import { formatBytes } from "../terminal/format.ts";
import { bold, dim } from "../terminal/style.ts";

const CompactResultSchema = z.object({ imageId: z.string() });

export const compactCommand = defineCommand({
  words: ["compact"],
  summary: "Compact a disk into the library: compressed qcow2, compared with its source",
  details:
    "The source is never touched. The result is checked and its content compared before it is kept. A file packed " +
    "with gzip, bzip2, xz or zstd is unpacked into the cache first.",
  positionals: [{ name: "FILE|MACHINE", required: true, many: false }],
  options: { name: { type: "string", value: "NAME", help: "Name of the image (default: of the source)" } },
  examples: [
    "goldsmith compact web",
    "goldsmith compact disk.raw --name debian-12-golden",
    "goldsmith compact disk.raw.xz",
  ],
  async run(context) {
    const session = await context.session();
    const subject = findSubject(session, firstPositional(context));
    if (subject.kind === "image") throw new UsageError("An image of the library is compacted already");
    const name = textOption(context, "name");
    const input = { subject, ...(name === undefined ? {} : { name }) };
    const { jobId } = await session.client.call("images.compact", input, context.signal);
    const job = await followJob(context, session, jobId);
    const image = session.state.images[CompactResultSchema.parse(job.result).imageId];
    if (image === undefined) throw new AppError("internal", "The image is not in the library");
    if (context.json) context.printJson({ job, image });
    else printImage(image, context);
    return exitCodes.ok;
  },
});

/** What was packed well already becomes a little larger. */
function changeWords(ratio: number): string {
  const percent = Math.round(Math.abs(1 - ratio) * 100);
  return percent === 0 ? "as large" : `${percent} % ${ratio < 1 ? "smaller" : "larger"}`;
}

function printImage(image: ImageView, { out }: CommandContext): void {
  const before = image.origin.sourceBytes;
  const saved = before > 0 ? `, ${changeWords(image.fileBytes / before)}` : "";
  out.line(`${bold(image.name)} (${image.id})`);
  out.line(`  ${formatBytes(before)} → ${formatBytes(image.fileBytes)}${saved}`);
  if (image.proof !== null) out.line(`  equal to its source: ${image.proof.method}`);
  out.line(`  ${dim(image.path)}`);
}
