import { resolve } from "node:path";
import { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import { defineCommand, firstPositional, textOption } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { followJob } from "../follow-job.ts";
import { formatBytes } from "../terminal/format.ts";

const AddedSchema = z.object({ imageId: z.string() });

export const imageAddCommand = defineCommand({
  words: ["image", "add"],
  summary: "Take a file into the library as it is, also packed with gzip, bzip2, xz or zstd",
  details:
    "A copy with the same checksum; the file is never touched. It is published as it is where a provider takes it so, " +
    "and converted on the way where not. goldsmith compact makes a small qcow2 of it instead.",
  positionals: [{ name: "FILE", required: true, many: false }],
  options: { name: { type: "string", value: "NAME", help: "Name of the image (default: of the file)" } },
  examples: ["goldsmith image add disk.raw.gz --name debian-12", "goldsmith image add cloud.qcow2 --json"],
  async run(context) {
    const session = await context.session();
    const name = textOption(context, "name");
    const input = {
      subject: { kind: "file" as const, path: resolve(firstPositional(context)) },
      asItIs: true,
      ...(name === undefined ? {} : { name }),
    };
    const { jobId } = await session.client.call("images.compact", input, context.signal);
    const { result } = await followJob(context, session, jobId);
    const image = session.state.images[AddedSchema.parse(result).imageId];
    if (image === undefined) throw new AppError("internal", "The image is not in the library");
    if (context.json) context.printJson(image);
    else {
      const packed = image.archive === null ? "" : ` in ${image.archive}`;
      context.out.line(
        `${image.name} (${image.id}): ${image.format}${packed}, ${formatBytes(image.fileBytes)}`,
      );
    }
    return exitCodes.ok;
  },
});
