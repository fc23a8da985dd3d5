import type { AccountView } from "#contract/account.ts";
import { CaptureTypeSchema, type Instance } from "#contract/remote-special.ts";
import {
  defineCommand,
  firstPositional,
  flag,
  textOption,
  UsageError,
  type CommandContext,
  type CommandSpec,
  type Session,
} from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { findByName } from "../find-by-name.ts";
import { table } from "../terminal/table.ts";

/** What a panel can do with its instances. The core refuses it in words where an account's provider cannot. */

const account = { name: "ACCOUNT", required: true, many: false } as const;
const instance = { name: "INSTANCE", required: true, many: false } as const;

/** The account of the first argument, with its instances as they are now. */
async function ask(
  context: CommandContext,
  { client, state }: Session,
): Promise<{ account: AccountView; instances: Instance[] }> {
  const found = findByName("account", firstPositional(context), Object.values(state.accounts));
  return {
    account: found,
    instances: await client.call("accounts.instances", { accountId: found.id }, context.signal),
  };
}

const instances = defineCommand({
  words: ["account", "instances"],
  summary: "List the instances of an account that can be made into images (Hypervisor.io)",
  positionals: [account],
  options: {},
  examples: ["goldsmith account instances panel", "goldsmith account instances panel --json | jq '.[].name'"],
  async run(context) {
    const found = await ask(context, await context.session());
    if (context.json) context.printJson(found.instances);
    else if (found.instances.length === 0) context.out.line("No instances there.");
    else {
      const rows = found.instances.map(({ name, status, id }) => [name, status, id]);
      for (const line of table(["NAME", "STATUS", "ID"], rows, context.out.columns)) context.out.line(line);
    }
    return exitCodes.ok;
  },
});

const capture = defineCommand({
  words: ["account", "capture"],
  summary: "Make an image of an instance's disk (Hypervisor.io)",
  details:
    "Of its primary disk, as it is. Seal the guest first, or every copy of it has its identity and its keys. The " +
    "panel goes on by itself: goldsmith remote wait ends when the image is available.",
  positionals: [account, instance],
  options: {
    name: { type: "string", value: "NAME", help: "Name of the image (default: of the instance)" },
    type: {
      type: "string",
      value: "TYPE",
      help: `${CaptureTypeSchema.options.join(", ")} (default: as the panel thinks)`,
    },
    "cloud-init": {
      type: "string",
      value: "yes|no",
      help: "Whether it has cloud-init (default: as the panel thinks)",
    },
  },
  examples: [
    "goldsmith account capture panel web-01 --name debian-12-golden --type linux --cloud-init yes",
    "goldsmith account capture panel web-01 --json",
  ],
  async run(context) {
    const typeWord = textOption(context, "type");
    const type = CaptureTypeSchema.safeParse(typeWord).data;
    if (typeWord !== undefined && type === undefined) {
      throw new UsageError(`--type ${typeWord} is none of ${CaptureTypeSchema.options.join(", ")}`);
    }
    const cloudInit = textOption(context, "cloud-init");
    if (cloudInit !== undefined && cloudInit !== "yes" && cloudInit !== "no") {
      throw new UsageError(`--cloud-init ${cloudInit} is neither yes nor no`);
    }
    const session = await context.session();
    const found = await ask(context, session);
    const source = findByName("instance", context.positionals[1] ?? "", found.instances);
    const name = textOption(context, "name") ?? source.name;
    const { remoteImageId } = await session.client.call(
      "accounts.capture",
      {
        accountId: found.account.id,
        instanceId: source.id,
        name,
        ...(type === undefined ? {} : { type }),
        ...(cloudInit === undefined ? {} : { cloudInit: cloudInit === "yes" }),
      },
      context.signal,
    );
    if (context.json) context.printJson(session.state.remoteImages[remoteImageId] ?? { id: remoteImageId });
    else context.out.line(`${found.account.name} makes ${name} of ${source.name} (${remoteImageId}).`);
    return exitCodes.ok;
  },
});

const mountIso = defineCommand({
  words: ["account", "mount-iso"],
  summary:
    "Let a panel fetch an ISO from an address into an instance's drive, or take it out (Hypervisor.io)",
  positionals: [account, instance, { name: "URL", required: false, many: false }],
  options: {
    secondary: { type: "boolean", help: "The second drive (default: the first)" },
    eject: { type: "boolean", help: "Take out what is in the drive" },
  },
  examples: [
    "goldsmith account mount-iso panel web-01 https://example.org/debian-12.iso",
    "goldsmith account mount-iso panel web-01 --eject",
  ],
  async run(context) {
    const [, word = "", url] = context.positionals;
    const eject = flag(context, "eject");
    if (eject === (url !== undefined)) throw new UsageError("Give either URL or --eject");
    const session = await context.session();
    const found = await ask(context, session);
    const target = findByName("instance", word, found.instances);
    const device = flag(context, "secondary") ? ("secondary" as const) : ("primary" as const);
    const request = { accountId: found.account.id, instanceId: target.id, url: url ?? null, device };
    await session.client.call("accounts.mountIso", request, context.signal);
    if (context.json) context.printJson(request);
    else
      context.out.line(`The ${device} drive of ${target.name} ${eject ? "is empty" : `gets ${url ?? ""}`}.`);
    return exitCodes.ok;
  },
});

export const accountInstanceCommands: readonly CommandSpec[] = [instances, capture, mountIso];
