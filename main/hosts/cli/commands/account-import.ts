import type { FoundConfig } from "#contract/account.ts";
import { AppError } from "#core/lib/app-error.ts";
import { defineCommand, firstPositional, textOption, UsageError, type CommandContext } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { findByName } from "../find-by-name.ts";
import { readSecrets, secretOptions } from "../read-secret.ts";
import { table } from "../terminal/table.ts";
import { findProvider } from "./account-connect.ts";

export const accountDiscoverCommand = defineCommand({
  words: ["account", "discover"],
  summary: "Look for configurations of doctl, cntb, fybe, OCI, AWS and rclone on this computer",
  details: "Nothing is taken over before goldsmith account import names it. No secret is shown.",
  positionals: [],
  options: {},
  examples: ["goldsmith account discover"],
  async run(context) {
    const { client } = await context.session();
    const found = await client.call("accounts.discover", {}, context.signal);
    if (context.json) context.printJson(found);
    else if (found.length === 0) context.out.line("Nothing was found that could be taken over.");
    else {
      const rows = found.map((config) => [
        config.id,
        config.becomes,
        config.provider ?? "",
        config.where,
        config.missing ?? asked(config),
      ]);
      const lines = table(["ID", "BECOMES", "PROVIDER", "WHERE", ""], rows, context.out.columns);
      for (const line of lines) context.out.line(line);
    }
    return exitCodes.ok;
  },
});

const asked = ({ asks, needsPassphrase }: FoundConfig): string =>
  [
    ...asks.filter(({ required }) => required).map(({ name }) => `asks --set ${name}=…`),
    ...(needsPassphrase ? ["asks for a passphrase"] : []),
  ].join(", ");

export const accountImportCommand = defineCommand({
  words: ["account", "import"],
  summary: "Take over a configuration that goldsmith account discover has found",
  details:
    "The credentials are tested before they are kept. A key's passphrase is asked for, never an argument.",
  positionals: [{ name: "ID", required: true, many: false }],
  options: {
    name: { type: "string", value: "NAME", help: "What it is called here (default: as it was found)" },
    set: {
      type: "string",
      value: "NAME=VALUE",
      repeatable: true,
      help: "What the configuration does not hold, such as bucket=images",
    },
    ...secretOptions,
  },
  examples: [
    "goldsmith account import doctl-default",
    "goldsmith account import oci-default --name oracle",
    "goldsmith account import rclone-0a1b2c3d4e5f6071 --set bucket=images",
  ],
  async run(context) {
    const session = await context.session();
    const { client, state } = session;
    const found = await client.call("accounts.discover", {}, context.signal);
    const config = findByName("found configuration", firstPositional(context), found);
    if (config.missing !== null) {
      throw new AppError("bad-input", `${config.name} is not complete: ${config.missing}`, {
        hint: "goldsmith account connect asks for everything.",
      });
    }
    const fields = addedFields(context, config);
    const { passphrase } = await readSecrets(
      context,
      config.needsPassphrase ? [{ name: "passphrase", label: "Passphrase of the key", required: true }] : [],
    );
    if (!context.json) context.err.status("Testing the credentials");
    const made = await client.call(
      "accounts.importFound",
      {
        foundId: config.id,
        name: textOption(context, "name") ?? config.name,
        ...(passphrase === undefined ? {} : { passphrase }),
        fields,
      },
      context.signal,
    );
    context.err.status("");
    if (context.json) context.printJson(made);
    else {
      const account = state.accounts[made.accountId ?? ""];
      const staging = state.stagings[made.stagingId ?? ""];
      if (account !== undefined) context.out.line(`Connected ${account.name} (${account.id}).`);
      if (staging !== undefined) context.out.line(`Connected the storage ${staging.name} (${staging.id}).`);
    }
    return exitCodes.ok;
  },
});

function addedFields(context: CommandContext, { name, asks }: FoundConfig): Record<string, string> {
  const given = context.options["set"];
  const texts = Array.isArray(given) ? (given as readonly string[]) : [];
  const fields = Object.fromEntries(
    texts.map((text) => {
      const [key = "", ...rest] = text.split("=");
      if (rest.length > 0 && asks.some((one) => one.name === key)) return [key, rest.join("=")];
      const known = asks.map((one) => `${one.name}=… (${one.label})`).join(", ");
      throw new UsageError(`--set ${text}: ${known === "" ? `${name} asks for nothing` : `give ${known}`}`);
    }),
  );
  const lacking = asks.find((one) => one.required && (fields[one.name] ?? "") === "");
  if (lacking === undefined) return fields;
  throw new UsageError(`${lacking.label} is missing: give --set ${lacking.name}=…`);
}

export const accountPracticeCommand = defineCommand({
  words: ["account", "practice"],
  summary: "Add the practice accounts: every provider on this computer, without network or cost",
  positionals: [],
  options: {
    provider: { type: "string", value: "PROVIDER", help: "Only that of this provider (default: all)" },
  },
  examples: ["goldsmith account practice", "goldsmith account practice --provider contabo"],
  async run(context) {
    const session = await context.session();
    const word = textOption(context, "provider");
    const provider = word === undefined ? undefined : findProvider(session, word).id;
    const { accountIds } = await session.client.call(
      "accounts.addPractice",
      provider === undefined ? {} : { provider },
      context.signal,
    );
    if (accountIds.length === 0) throw new UsageError("There is no such practice account");
    const accounts = accountIds.flatMap((id) => session.state.accounts[id] ?? []);
    if (context.json) context.printJson(accounts);
    else for (const { name, id } of accounts) context.out.line(`${name} (${id}) is there.`);
    return exitCodes.ok;
  },
});
