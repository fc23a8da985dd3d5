import { PublishResultSchema } from "#contract/publish.ts";
import { defineCommand, firstPositional, flag, textOption, UsageError } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { findByName } from "../find-by-name.ts";
import { followJob } from "../follow-job.ts";
import { formatBytes } from "../terminal/format.ts";
import { bold, yellow } from "../terminal/style.ts";

export const publishCommand = defineCommand({
  words: ["publish"],
  summary: "Publish an image to an account, and follow it until it is available",
  details:
    "The image is judged first: with an error it is held back unless --override is given. It is staged on the " +
    "account's S3 storage, registered, followed, and the staged copy removed. A failed upload goes on where it " +
    "stopped with goldsmith job retry.",
  positionals: [{ name: "IMAGE", required: true, many: false }],
  options: {
    to: { type: "string", value: "ACCOUNT", help: "Account to publish to (required)" },
    name: { type: "string", value: "NAME", help: "Name at the provider (default: of the image)" },
    region: { type: "string", value: "REGION", help: "Region (default: of the account)" },
    override: { type: "boolean", help: "Publish although the check says error" },
  },
  examples: [
    "goldsmith publish debian-12-golden --to practice",
    "goldsmith publish web --to work --region fra1",
  ],
  async run(context) {
    const to = textOption(context, "to");
    if (to === undefined) throw new UsageError("--to ACCOUNT is missing");
    const session = await context.session();
    const { state, client } = session;
    const image = findByName("image", firstPositional(context), Object.values(state.images));
    const account = findByName("account", to, Object.values(state.accounts));
    const name = textOption(context, "name");
    const region = textOption(context, "region");
    const destination = {
      accountId: account.id,
      override: flag(context, "override"),
      ...(name === undefined ? {} : { name }),
      ...(region === undefined ? {} : { region }),
    };
    const { jobIds } = await client.call(
      "publish.start",
      { imageId: image.id, destinations: [destination] },
      context.signal,
    );
    const job = await followJob(context, session, jobIds[0] ?? "");
    const result = PublishResultSchema.parse(job.result);
    const remote = state.remoteImages[result.remoteImageId ?? ""];
    if (context.json) context.printJson({ job, remoteImage: remote ?? null });
    else {
      context.out.line(`${bold(remote?.name ?? image.name)} is ${result.status} at ${account.name}`);
      context.out.line(`  id ${result.providerImageId}, ${formatBytes(result.uploadedBytes)} uploaded`);
      context.out.line(`  sha256 ${result.sha256}`);
      if (result.stagingEmpty === false) context.out.line(yellow("  The staged copy could not be removed."));
      if (result.overridden.length > 0)
        context.out.line(yellow(`  Overridden: ${result.overridden.join(", ")}`));
    }
    return exitCodes.ok;
  },
});
