import { AppError } from "#core/lib/app-error.ts";
import { defineCommand, firstPositional, textOption, UsageError, type CommandSpec } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { accountOption, findRemote } from "../remote-lookup.ts";

const image = { name: "IMAGE", required: true, many: false } as const;

const rename = defineCommand({
  words: ["remote", "rename"],
  summary: "Give an image at a provider another name or description",
  positionals: [image, { name: "NAME", required: true, many: false }],
  options: {
    ...accountOption,
    description: { type: "string", value: "TEXT", help: "Another description as well" },
  },
  examples: ["goldsmith remote rename first-try debian-12-golden"],
  async run(context) {
    const session = await context.session();
    const [, name = ""] = context.positionals;
    const found = await findRemote(context, session, firstPositional(context));
    const description = textOption(context, "description");
    await session.client.call(
      "remote.rename",
      { remoteImageId: found.id, name, ...(description === undefined ? {} : { description }) },
      context.signal,
    );
    if (context.json) context.printJson(session.state.remoteImages[found.id] ?? { id: found.id });
    else context.out.line(`${found.name} is now ${name}.`);
    return exitCodes.ok;
  },
});

const transfer = defineCommand({
  words: ["remote", "transfer"],
  summary: "Bring an image to one more region; it stays where it is too",
  positionals: [image, { name: "REGION", required: true, many: false }],
  options: accountOption,
  examples: ["goldsmith remote transfer debian-12-golden ams3"],
  async run(context) {
    const session = await context.session();
    const [, region = ""] = context.positionals;
    const found = await findRemote(context, session, firstPositional(context));
    await session.client.call("remote.transfer", { remoteImageId: found.id, region }, context.signal);
    if (context.json) context.printJson(session.state.remoteImages[found.id] ?? { id: found.id });
    else
      context.out.line(`The provider copies ${found.name} to ${region}; goldsmith remote show tells when.`);
    return exitCodes.ok;
  },
});

const remove = defineCommand({
  words: ["remote", "delete"],
  summary: "Delete an image at a provider, in all its regions. This cannot be undone",
  details:
    "There is no trash at a provider. Type the image's whole name again with --confirm; nothing else answers for it.",
  positionals: [image],
  options: {
    ...accountOption,
    confirm: { type: "string", value: "NAME", help: "The image's name, typed in full (required)" },
  },
  examples: [
    "goldsmith remote delete first-try --confirm first-try",
    "goldsmith remote delete 38413969 --confirm web",
  ],
  async run(context) {
    const typedName = textOption(context, "confirm");
    if (typedName === undefined) throw new UsageError("--confirm NAME is missing: this cannot be undone");
    const session = await context.session();
    const found = await findRemote(context, session, firstPositional(context));
    if (typedName !== found.name) {
      throw new AppError("bad-input", `The image is named ${found.name}, not ${typedName}`, {
        hint: "Nothing was deleted.",
      });
    }
    await session.client.call("remote.delete", { remoteImageId: found.id, typedName }, context.signal);
    if (context.json) context.printJson({ remoteImageId: found.id });
    else context.out.line(`Deleted ${found.name}.`);
    return exitCodes.ok;
  },
});

export const remoteChangeCommands: readonly CommandSpec[] = [transfer, rename, remove];
