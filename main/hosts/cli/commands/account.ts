import { defineCommand, firstPositional, textOption, UsageError, type CommandSpec } from "../command.ts";
import type { CommandContext, Session } from "../command.ts";
import type { AccountView } from "#contract/account.ts";
import { exitCodes } from "../exit-codes.ts";
import { findByName } from "../find-by-name.ts";
import { formatBytes } from "../terminal/format.ts";
import { table } from "../terminal/table.ts";
import { accountConnectCommand, accountProvidersCommand } from "./account-connect.ts";
import { accountDiscoverCommand, accountImportCommand, accountPracticeCommand } from "./account-import.ts";
import { accountInstanceCommands } from "./account-instances.ts";
import { accountKeysCommand } from "./account-keys.ts";
import { mustConfirm } from "./machine.ts";

const positionals = [{ name: "ACCOUNT", required: true, many: false }] as const;

const findAccount = (context: CommandContext, { state }: Session): AccountView =>
  findByName("account", firstPositional(context), Object.values(state.accounts));

const list = defineCommand({
  words: ["account", "list"],
  summary: "List the connected accounts",
  positionals: [],
  options: {},
  examples: ["goldsmith account list"],
  async run(context) {
    const { state } = await context.session();
    const accounts = Object.values(state.accounts).sort((a, b) => a.name.localeCompare(b.name));
    if (context.json) context.printJson(accounts);
    else if (accounts.length === 0) {
      context.out.line("No accounts yet. goldsmith account practice adds some that need no network.");
    } else {
      const rows = accounts.map((account) => [
        account.name,
        account.practice ? `${account.provider} (practice)` : account.provider,
        account.defaultRegion,
        account.stagingId === null ? "none" : (state.stagings[account.stagingId]?.name ?? account.stagingId),
        account.id,
      ]);
      const head = ["NAME", "PROVIDER", "REGION", "STAGING", "ID"];
      for (const line of table(head, rows, context.out.columns)) context.out.line(line);
    }
    return exitCodes.ok;
  },
});

const test = defineCommand({
  words: ["account", "test"],
  summary: "Ask the provider with the kept credentials",
  positionals,
  options: {},
  examples: ["goldsmith account test work"],
  async run(context) {
    const session = await context.session();
    const account = findAccount(context, session);
    await session.client.call("accounts.test", { accountId: account.id }, context.signal);
    if (context.json) context.printJson({ accountId: account.id, ok: true });
    else context.out.line(`${account.name} accepts the credentials.`);
    return exitCodes.ok;
  },
});

const quota = defineCommand({
  words: ["account", "quota"],
  summary: "Show what an account has used up and what is left",
  positionals,
  options: {},
  examples: ["goldsmith account quota contabo", "goldsmith account quota contabo --json | jq .freeBytes"],
  async run(context) {
    const session = await context.session();
    const account = findAccount(context, session);
    const answer = await session.client.call("accounts.quota", { accountId: account.id }, context.signal);
    if (context.json) context.printJson(answer);
    else if (answer === null) context.out.line("The provider tells no quota.");
    else {
      const figures = [
        ["used", answer.usedBytes],
        ["total", answer.totalBytes],
        ["free", answer.freeBytes],
      ] as const;
      for (const [word, sizeBytes] of figures) {
        if (sizeBytes !== null) context.out.line(`${word.padEnd(6)} ${formatBytes(sizeBytes)}`);
      }
      if (answer.images !== null) context.out.line(`${"images".padEnd(6)} ${answer.images}`);
    }
    return exitCodes.ok;
  },
});

const change = defineCommand({
  words: ["account", "change"],
  summary: "Change an account's name, default region or staging storage",
  positionals,
  options: {
    name: { type: "string", value: "NAME", help: "Another name" },
    region: { type: "string", value: "REGION", help: "Region for new images" },
    staging: { type: "string", value: "STAGING|none", help: "Storage on which its images are staged" },
  },
  examples: ["goldsmith account change work --staging spaces --region fra1"],
  async run(context) {
    const session = await context.session();
    const account = findAccount(context, session);
    const name = textOption(context, "name");
    const defaultRegion = textOption(context, "region");
    const staging = textOption(context, "staging");
    if (name === undefined && defaultRegion === undefined && staging === undefined) {
      throw new UsageError("Say what to change: --name, --region or --staging");
    }
    const stagingId =
      staging === undefined || staging === "none"
        ? null
        : findByName("staging storage", staging, Object.values(session.state.stagings)).id;
    await session.client.call(
      "accounts.change",
      {
        accountId: account.id,
        ...(name === undefined ? {} : { name }),
        ...(defaultRegion === undefined ? {} : { defaultRegion }),
        ...(staging === undefined ? {} : { stagingId }),
      },
      context.signal,
    );
    if (context.json) context.printJson(session.state.accounts[account.id] ?? { id: account.id });
    else context.out.line(`Changed ${name ?? account.name}.`);
    return exitCodes.ok;
  },
});

const remove = defineCommand({
  words: ["account", "remove"],
  summary: "Forget an account and its secrets; nothing at the provider is changed",
  positionals,
  options: { yes: { type: "boolean", help: "Do not ask" } },
  examples: ["goldsmith account remove work"],
  async run(context) {
    const session = await context.session();
    const account = findAccount(context, session);
    await mustConfirm(context, `Forget account ${account.name}?`);
    await session.client.call("accounts.remove", { accountId: account.id }, context.signal);
    if (context.json) context.printJson({ accountId: account.id });
    else context.out.line(`Removed ${account.name}.`);
    return exitCodes.ok;
  },
});

export const accountCommands: readonly CommandSpec[] = [
  list,
  accountProvidersCommand,
  accountConnectCommand,
  accountDiscoverCommand,
  accountImportCommand,
  accountPracticeCommand,
  test,
  quota,
  ...accountInstanceCommands,
  change,
  accountKeysCommand,
  remove,
];
