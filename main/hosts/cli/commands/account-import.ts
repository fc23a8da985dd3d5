import { AppError } from "#core/lib/app-error.ts";
import { defineCommand, firstPositional, textOption, UsageError } from "../command.ts";
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
        config.missing ?? (config.needsPassphrase ? "asks for a passphrase" : ""),
      ]);
      const lines = table(["ID", "BECOMES", "PROVIDER", "WHERE", ""], rows, context.out.columns);
      for (const line of lines) context.out.line(line);
    }
    return exitCodes.ok;
  },
});

export const accountImportCommand = defineCommand({
  words: ["account", "import"],
  summary: "Take over a configuration that goldsmith account discover has found",
  details:
    "The credentials are tested before they are kept. A key's passphrase is asked for, never an argument.",
  positionals: [{ name: "ID", required: true, many: false }],
  options: {
    name: { type: "string", value: "NAME", help: "What it is called here (default: as it was found)" },
    ...secretOptions,
  },
  examples: ["goldsmith account import doctl-default", "goldsmith account import oci-default --name oracle"],
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
