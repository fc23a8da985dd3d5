import { RemoteExportFormatSchema, type CompatibleShape } from "#contract/remote-special.ts";
import {
  defineCommand,
  firstPositional,
  flag,
  textOption,
  UsageError,
  type CommandSpec,
} from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { findByName } from "../find-by-name.ts";
import { accountOption, findRemote } from "../remote-lookup.ts";
import { table } from "../terminal/table.ts";

/** What single providers can do with an image. The core refuses it in words where an account's provider cannot. */

const image = { name: "IMAGE", required: true, many: false } as const;

const exportCommand = defineCommand({
  words: ["remote", "export"],
  summary: "Write an image at a provider into the account's object storage (Oracle Cloud)",
  details:
    "The bucket must be there, in the account's region. The provider goes on by itself: goldsmith remote show tells " +
    "EXPORTING until it is done.",
  positionals: [image],
  options: {
    ...accountOption,
    bucket: { type: "string", value: "BUCKET", help: "Where to (required)" },
    object: {
      type: "string",
      value: "NAME",
      help: "Name of the object (default: of the image, with its ending)",
    },
    format: {
      type: "string",
      value: "FORMAT",
      help: `${RemoteExportFormatSchema.options.join(", ")} (default QCOW2)`,
    },
  },
  examples: [
    "goldsmith remote export debian-12-golden --bucket images",
    "goldsmith remote export debian-12-golden --bucket images --object golden.vmdk --format VMDK --json",
  ],
  async run(context) {
    const bucket = textOption(context, "bucket");
    if (bucket === undefined) throw new UsageError("--bucket is missing");
    const word = textOption(context, "format") ?? "QCOW2";
    const format = RemoteExportFormatSchema.safeParse(word.toUpperCase()).data;
    if (format === undefined) {
      throw new UsageError(`--format ${word} is none of ${RemoteExportFormatSchema.options.join(", ")}`);
    }
    const session = await context.session();
    const found = await findRemote(context, session, firstPositional(context));
    const object = textOption(context, "object") ?? `${found.name}.${format.toLowerCase()}`;
    const { workRequestId } = await session.client.call(
      "remote.export",
      { remoteImageId: found.id, bucket, object, format },
      context.signal,
    );
    if (context.json) context.printJson({ remoteImageId: found.id, bucket, object, format, workRequestId });
    else context.out.line(`The provider writes ${found.name} to ${bucket}/${object} (${workRequestId}).`);
    return exitCodes.ok;
  },
});

const shapes = defineCommand({
  words: ["remote", "shapes"],
  summary: "List the shapes that an image may be launched with, or add and remove one (Oracle Cloud)",
  details: "The limits apply to flexible shapes. --add of a shape that is there changes its limits.",
  positionals: [image],
  options: {
    ...accountOption,
    add: { type: "string", value: "SHAPE", help: "Offer the image for this shape" },
    ocpus: { type: "string", value: "MIN-MAX", help: "Limits of --add; either end may be left out" },
    "memory-gb": { type: "string", value: "MIN-MAX", help: "Limits of --add; either end may be left out" },
    remove: { type: "string", value: "SHAPE", help: "Do not offer the image for this shape any more" },
  },
  examples: [
    "goldsmith remote shapes debian-12-golden",
    "goldsmith remote shapes debian-12-golden --add VM.Standard.A1.Flex --ocpus 1-4 --memory-gb 6-24",
    "goldsmith remote shapes debian-12-golden --remove VM.Standard2.1 --json",
  ],
  async run(context) {
    const shape = textOption(context, "add");
    const ocpus = rangeOption("ocpus", textOption(context, "ocpus"));
    const memoryGB = rangeOption("memory-gb", textOption(context, "memory-gb"));
    if (shape === undefined && (ocpus !== null || memoryGB !== null)) {
      throw new UsageError("--ocpus and --memory-gb go with --add");
    }
    const removed = textOption(context, "remove");
    const session = await context.session();
    const { client } = session;
    const { id: remoteImageId } = await findRemote(context, session, firstPositional(context));
    if (shape !== undefined) {
      await client.call("remote.setShape", { remoteImageId, shape, ocpus, memoryGB }, context.signal);
    }
    if (removed !== undefined) {
      await client.call("remote.removeShape", { remoteImageId, shape: removed }, context.signal);
    }
    const now = await client.call("remote.shapes", { remoteImageId }, context.signal);
    if (context.json) context.printJson(now);
    else if (now.length === 0) context.out.line("The provider names no shape.");
    else {
      const rows = now.map((each) => [each.shape, rangeWords(each.ocpus), rangeWords(each.memoryGB)]);
      for (const line of table(["SHAPE", "OCPUS", "MEMORY GB"], rows, context.out.columns)) {
        context.out.line(line);
      }
    }
    return exitCodes.ok;
  },
});

const move = defineCommand({
  words: ["remote", "move"],
  summary: "Move an image to another compartment (Oracle Cloud)",
  details:
    "An account shows the images of its own compartment: what is moved out of it leaves the list, and is there again " +
    "in an account that is connected with the other compartment. --options shows what there is to choose from.",
  positionals: [image, { name: "COMPARTMENT", required: false, many: false }],
  options: {
    ...accountOption,
    options: { type: "boolean", help: "Only show the compartments there are" },
  },
  examples: [
    "goldsmith remote move debian-12-golden --options",
    "goldsmith remote move debian-12-golden production --json",
  ],
  async run(context) {
    const [, word] = context.positionals;
    if (word === undefined && !flag(context, "options")) {
      throw new UsageError("COMPARTMENT is missing: --options shows which there are");
    }
    const session = await context.session();
    const found = await findRemote(context, session, firstPositional(context));
    const remoteImageId = found.id;
    const compartments = await session.client.call("remote.compartments", { remoteImageId }, context.signal);
    if (word === undefined || flag(context, "options")) {
      if (context.json) context.printJson(compartments);
      else {
        const rows = compartments.map(({ name, description, id }) => [name, description, id]);
        for (const line of table(["NAME", "ABOUT", "ID"], rows, context.out.columns)) context.out.line(line);
      }
      return exitCodes.ok;
    }
    const { id: compartmentId, name } = findByName("compartment", word, compartments);
    await session.client.call("remote.move", { remoteImageId, compartmentId }, context.signal);
    if (context.json) context.printJson({ remoteImageId, compartmentId });
    else context.out.line(`Moved ${found.name} to ${name}.`);
    return exitCodes.ok;
  },
});

/** `1-4`, `1-`, `-4`, or `4` for exactly that. */
function rangeOption(name: string, text: string | undefined): CompatibleShape["ocpus"] {
  if (text === undefined) return null;
  const number = String.raw`\d+(?:\.\d+)?`;
  const match = new RegExp(`^(${number})?(-)?(${number})?$`).exec(text.trim());
  const [, low, dash, high] = match ?? [];
  if (match === null || (low === undefined && high === undefined)) {
    throw new UsageError(`--${name} ${text} is no range such as 1-4`);
  }
  const min = low === undefined ? null : Number(low);
  const max = high !== undefined ? Number(high) : dash === undefined ? min : null;
  if (min === 0 || max === 0 || (min !== null && max !== null && min > max)) {
    throw new UsageError(`--${name} ${text} leaves nothing to choose`);
  }
  return { min, max };
}

function rangeWords(range: CompatibleShape["ocpus"]): string {
  if (range === null) return "";
  const { min, max } = range;
  if (min !== null && max !== null) return min === max ? `${min}` : `${min}-${max}`;
  return min !== null ? `from ${min}` : max !== null ? `up to ${max}` : "";
}

export const remoteSpecialCommands: readonly CommandSpec[] = [exportCommand, shapes, move];
