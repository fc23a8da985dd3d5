import type { CommandContext, CommandSpec } from "../command.ts";
import { defineCommand, firstPositional, flag, textOption, UsageError } from "../command.ts";
import { AccountConnectSchema, type AccountView } from "#contract/account.ts";
import { AppError } from "#core/lib/app-error.ts";
import { exitCodes } from "../exit-codes.ts";
import { findByName } from "../find-by-name.ts";
import { table } from "../terminal/table.ts";
import { mustConfirm } from "./machine.ts";

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
      context.out.line("No accounts yet. goldsmith account practice adds one that needs no network.");
    } else {
      const rows = accounts.map((account) => [
        account.name,
        account.practice ? `${account.provider} (practice)` : account.provider,
        account.defaultRegion,
        state.stagings[account.stagingId ?? ""]?.name ?? "",
        account.id,
      ]);
      const head = ["NAME", "PROVIDER", "REGION", "STAGING", "ID"];
      for (const line of table(head, rows, context.out.columns)) context.out.line(line);
    }
    return exitCodes.ok;
  },
});

const connect = defineCommand({
  words: ["account", "connect"],
  summary: "Connect an account of a provider, with the S3 storage that images are staged on",
  details:
    "The API token and the S3 secret key are never given as arguments, where every user of the computer could " +
    "read them. They are taken from GOLDSMITH_TOKEN and GOLDSMITH_S3_SECRET_KEY, or with --stdin from standard " +
    "input (first line the token, second line the secret key), or asked for. They are kept in the system's keychain.",
  positionals: [{ name: "NAME", required: true, many: false }],
  options: {
    provider: { type: "string", value: "digitalocean", help: "Provider (default digitalocean)" },
    region: { type: "string", value: "REGION", help: "Region for new images (default nyc3)" },
    "s3-endpoint": {
      type: "string",
      value: "URL",
      help: "S3 endpoint, such as https://nyc3.digitaloceanspaces.com",
    },
    "s3-bucket": { type: "string", value: "NAME", help: "Bucket" },
    "s3-access-key": { type: "string", value: "ID", help: "Access key id" },
    "s3-region": { type: "string", value: "REGION", help: "S3 region (default us-east-1)" },
    "s3-public-url": { type: "string", value: "URL", help: "Address for the provider, with {key} in it" },
    "api-base": { type: "string", value: "URL", help: "Another address of the provider's API" },
    stdin: { type: "boolean", help: "Read token and secret key from standard input" },
  },
  examples: [
    "goldsmith account connect work --s3-endpoint https://nyc3.digitaloceanspaces.com --s3-bucket images --s3-access-key DO00ABC",
    "pass show do-token s3-key | goldsmith account connect work --stdin --s3-endpoint ... --s3-bucket ... --s3-access-key ...",
  ],
  async run(context) {
    const required = (name: string): string => {
      const value = textOption(context, name);
      if (value === undefined) throw new UsageError(`--${name} is missing`);
      return value;
    };
    const name = firstPositional(context);
    const place = {
      kind: "s3" as const,
      endpoint: required("s3-endpoint"),
      bucket: required("s3-bucket"),
      accessKeyId: required("s3-access-key"),
      region: textOption(context, "s3-region"),
      publicUrlTemplate: textOption(context, "s3-public-url") ?? null,
    };
    const { token, secretAccessKey } = await readSecrets(context);
    const parsed = AccountConnectSchema.safeParse({
      name,
      provider: textOption(context, "provider") ?? "digitalocean",
      apiBase: textOption(context, "api-base"),
      defaultRegion: textOption(context, "region"),
      fields: { token },
      staging: { kind: "new", connect: { name: `${name} storage`, place, secret: secretAccessKey } },
    });
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new UsageError(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "wrong value"}`);
    }
    const session = await context.session();
    if (!context.json) context.err.status("Testing the credentials");
    const { accountId } = await session.client.call("accounts.connect", parsed.data, context.signal);
    return answer(context, accountId, session.state.accounts[accountId], "Connected");
  },
});

/** Environment first, then standard input when asked for, then questions. Never argv. */
async function readSecrets(context: CommandContext): Promise<{ token: string; secretAccessKey: string }> {
  let token = context.env["GOLDSMITH_TOKEN"] ?? "";
  let secretAccessKey = context.env["GOLDSMITH_S3_SECRET_KEY"] ?? "";
  if (flag(context, "stdin")) {
    const lines = (await context.prompt.lines()).map((line) => line.trim()).filter((line) => line !== "");
    if (token === "") token = lines.shift() ?? "";
    if (secretAccessKey === "") secretAccessKey = lines.shift() ?? "";
  } else if (context.prompt.canAsk) {
    if (token === "") token = await context.prompt.secret("API token");
    if (secretAccessKey === "") secretAccessKey = await context.prompt.secret("S3 secret key");
  }
  const missing = token === "" ? "API token" : secretAccessKey === "" ? "S3 secret key" : null;
  if (missing === null) return { token, secretAccessKey };
  throw new AppError("bad-input", `The ${missing} is missing`, {
    hint: "Set GOLDSMITH_TOKEN and GOLDSMITH_S3_SECRET_KEY, or pipe both in with --stdin.",
  });
}

const practice = defineCommand({
  words: ["account", "practice"],
  summary: "Add the practice account: a provider on this computer, without network or cost",
  positionals: [],
  options: {},
  examples: ["goldsmith account practice"],
  async run(context) {
    const session = await context.session();
    const { accountIds } = await session.client.call("accounts.addPractice", {}, context.signal);
    const accountId = accountIds[0] ?? "";
    return answer(context, accountId, session.state.accounts[accountId], "Added");
  },
});

const remove = defineCommand({
  words: ["account", "remove"],
  summary: "Forget an account and its secrets; nothing at the provider is changed",
  positionals: [{ name: "ACCOUNT", required: true, many: false }],
  options: { yes: { type: "boolean", help: "Do not ask" } },
  examples: ["goldsmith account remove work"],
  async run(context) {
    const session = await context.session();
    const account = findByName("account", firstPositional(context), Object.values(session.state.accounts));
    await mustConfirm(context, `Forget account ${account.name}?`);
    await session.client.call("accounts.remove", { accountId: account.id }, context.signal);
    if (context.json) context.printJson({ accountId: account.id });
    else context.out.line(`Removed ${account.name}.`);
    return exitCodes.ok;
  },
});

function answer(context: CommandContext, accountId: string, account: AccountView | undefined, verb: string) {
  if (context.json) context.printJson(account ?? { accountId });
  else context.out.line(`${verb} ${account?.name ?? "account"} (${accountId}).`);
  return exitCodes.ok;
}

export const accountCommands: readonly CommandSpec[] = [list, connect, practice, remove];
