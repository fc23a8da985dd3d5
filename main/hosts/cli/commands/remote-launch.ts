import { readFile } from "node:fs/promises";
import { LaunchRequestSchema, type LaunchOptions } from "#contract/remote-image.ts";
import { AppError } from "#core/lib/app-error.ts";
import {
  defineCommand,
  firstPositional,
  flag,
  listOption,
  textOption,
  UsageError,
  type CommandContext,
} from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { findByName } from "../find-by-name.ts";
import { accountOption, findRemote } from "../remote-lookup.ts";
import type { Output } from "../terminal/output.ts";
import { bold } from "../terminal/style.ts";
import { mustConfirm } from "./machine.ts";

export const remoteLaunchCommand = defineCommand({
  words: ["remote", "launch"],
  summary: "Launch an instance from an image at a provider, or reinstall one with it",
  details:
    "--options shows what there is to choose from: regions, sizes, keys, instances. What is left out is the first of " +
    "each. With --reinstall the instance's disk is replaced and everything on it is lost.\n" +
    "The instance is the provider's: look after it, and its cost, there.",
  positionals: [{ name: "IMAGE", required: true, many: false }],
  options: {
    ...accountOption,
    options: { type: "boolean", help: "Only show what there is to choose from" },
    name: { type: "string", value: "NAME", help: "Name of the instance (default: of the image)" },
    region: { type: "string", value: "REGION", help: "Region" },
    size: { type: "string", value: "SIZE", help: "Size, plan or shape" },
    key: { type: "string", value: "KEY", repeatable: true, help: "SSH key of the account, by name or id" },
    "public-key": { type: "string", value: "FILE", help: "A public SSH key, where the provider takes one" },
    "user-data": { type: "string", value: "FILE", help: "User data for cloud-init" },
    network: { type: "string", value: "NETWORK", help: "Network or subnet" },
    zone: { type: "string", value: "ZONE", help: "Availability domain" },
    reinstall: { type: "string", value: "INSTANCE", help: "Replace the disk of this instance instead" },
    yes: { type: "boolean", help: "Do not ask before a disk is replaced" },
  },
  examples: [
    "goldsmith remote launch debian-12-golden --options",
    "goldsmith remote launch debian-12-golden --region fra1 --size s-1vcpu-1gb --key laptop --user-data init.yaml",
    "goldsmith remote launch debian-12-golden --reinstall web-3",
  ],
  async run(context) {
    const session = await context.session();
    const image = await findRemote(context, session, firstPositional(context));
    const options = await session.client.call(
      "remote.launchOptions",
      { remoteImageId: image.id },
      context.signal,
    );
    if (flag(context, "options")) {
      if (context.json) context.printJson(options);
      else printOptions(context.out, options);
      return exitCodes.ok;
    }
    const reinstall = textOption(context, "reinstall");
    const instance = reinstall === undefined ? null : findByName("instance", reinstall, options.instances);
    if (instance !== null) {
      await mustConfirm(context, `Replace the disk of ${instance.name}? Everything on it is lost.`);
    }
    const request = await launchRequest(context, options, image, instance);
    const launched = await session.client.call("remote.launch", request, context.signal);
    if (context.json) context.printJson(launched);
    else context.out.line(`${request.name} is ${launched.status} (${launched.instanceId}).`);
    return exitCodes.ok;
  },
});

async function launchRequest(
  context: CommandContext,
  options: LaunchOptions,
  image: { id: string; name: string },
  instance: { id: string; name: string } | null,
) {
  const keyIds = listOption(context, "key").map((word) => findByName("SSH key", word, options.keys).id);
  const publicKey = await fileOption(context, "public-key");
  if (instance === null && !options.keyOptional && keyIds.length === 0 && publicKey === undefined) {
    throw new UsageError("--key is missing: the provider launches nothing without an SSH key");
  }
  const chosen = {
    region: textOption(context, "region") ?? options.regions[0],
    size: textOption(context, "size") ?? options.sizes[0]?.id,
    network: textOption(context, "network") ?? options.networks[0]?.id,
    zone: textOption(context, "zone") ?? options.zones[0],
  };
  const parsed = LaunchRequestSchema.safeParse({
    remoteImageId: image.id,
    mode: instance === null ? "create" : "reinstall",
    name: textOption(context, "name") ?? instance?.name ?? image.name,
    keyIds,
    publicKey: publicKey?.trim(),
    userData: await fileOption(context, "user-data"),
    ...(instance === null ? chosen : { instanceId: instance.id }),
  });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UsageError(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "wrong value"}`);
}

async function fileOption(context: CommandContext, name: string): Promise<string | undefined> {
  const path = textOption(context, name);
  if (path === undefined) return undefined;
  return readFile(path, "utf8").catch((cause: unknown) => {
    throw new AppError("not-found", `--${name}: ${path} cannot be read`, { cause });
  });
}

function printOptions(out: Output, options: LaunchOptions): void {
  const groups: [string, readonly string[]][] = [
    ["Modes", options.modes],
    ["Regions", options.regions],
    ["Sizes", options.sizes.map(({ id, text }) => `${id}  ${text}`)],
    ["SSH keys", options.keys.map(({ id, name }) => `${name} (${id})`)],
    ["Networks", options.networks.map(({ id, name }) => `${name} (${id})`)],
    ["Zones", options.zones],
    ["Instances", options.instances.map(({ id, name, status }) => `${name} (${id}) ${status}`)],
  ];
  for (const [title, lines] of groups) {
    if (lines.length === 0) continue;
    out.line(bold(title));
    for (const line of lines) out.line(`  ${line}`);
  }
}
