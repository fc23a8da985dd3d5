import { AccountConnectSchema } from "#contract/account.ts";
import type { ConnectField, ProviderInfo } from "#contract/provider-info.ts";
import {
  defineCommand,
  firstPositional,
  textOption,
  textsOption,
  UsageError,
  type CommandContext,
  type Session,
} from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { findByName } from "../find-by-name.ts";
import { readSecrets, secretOptions, secretVariable } from "../read-secret.ts";
import { bold } from "../terminal/style.ts";
import { answerAccount } from "./account-answer.ts";

export const isSecret = ({ kind }: ConnectField): boolean => kind === "secret" || kind === "secret-file";

export const accountConnectCommand = defineCommand({
  words: ["account", "connect"],
  summary: "Connect an account of a provider",
  details:
    "What a provider asks for is shown by goldsmith account providers. Secrets are never given as arguments, where " +
    "every user of the computer could read them: they are taken from --secret-file, from variables such as " +
    "GOLDSMITH_TOKEN or GOLDSMITH_CLIENT_SECRET, with --stdin from standard input, or asked for. They are tested " +
    "with the smallest call and kept in the system's keychain.\n" +
    "A provider that fetches images needs a staging storage: connect one with goldsmith staging connect and name it " +
    "with --staging. Oracle OCI can use a bucket of the account: --bucket.",
  positionals: [{ name: "NAME", required: true, many: false }],
  options: {
    provider: { type: "string", value: "PROVIDER", help: "Provider (default digitalocean)" },
    set: {
      type: "string",
      value: "NAME=VALUE",
      repeatable: true,
      help: "A field that is no secret, such as user=ocid1.user…",
    },
    ...secretOptions,
    region: { type: "string", value: "REGION", help: "Region for new images (default: of the provider)" },
    staging: { type: "string", value: "STAGING", help: "Storage on which its images are staged" },
    bucket: { type: "string", value: "NAME", help: "A bucket in the account's own object storage (OCI)" },
    "api-base": {
      type: "string",
      value: "URL",
      help: "Another address of the API; of the panel where each has its own",
    },
  },
  examples: [
    "goldsmith account connect work --staging spaces",
    "GOLDSMITH_TOKEN=$(pass do-token) goldsmith account connect work --region fra1",
    "goldsmith account connect oracle --provider oci --set tenancy=ocid1.tenancy.oc1..a --set user=ocid1.user.oc1..b " +
      "--set fingerprint=aa:bb --secret-file privateKey=~/.oci/key.pem --bucket golden",
  ],
  async run(context) {
    const session = await context.session();
    const provider = findProvider(session, textOption(context, "provider") ?? "digitalocean");
    const texts = textFields(context, provider);
    const staging = stagingOf(context, session);
    const secrets = await readSecrets(context, provider.fields.filter(isSecret));
    const parsed = AccountConnectSchema.safeParse({
      name: firstPositional(context),
      provider: provider.id,
      apiBase: textOption(context, "api-base"),
      defaultRegion: textOption(context, "region"),
      fields: { ...texts, ...secrets },
      staging,
    });
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new UsageError(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "wrong value"}`);
    }
    if (!context.json) context.err.status("Testing the credentials");
    const { accountId } = await session.client.call("accounts.connect", parsed.data, context.signal);
    context.err.status("");
    return answerAccount(context, session, accountId, "Connected");
  },
});

export const findProvider = ({ state }: Session, word: string): ProviderInfo =>
  findByName("provider", word, Object.values(state.providers));

/** What `--set` says. Throws `UsageError` for a field that the provider does not ask for, or a secret one. */
export function givenSettings(
  context: CommandContext,
  { name, fields }: ProviderInfo,
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const text of textsOption(context, "set")) {
    const [key = "", ...rest] = text.split("=");
    const field = fields.find((one) => one.name === key);
    if (field === undefined || rest.length === 0) {
      const known = fields.filter((one) => !isSecret(one)).map((one) => `${one.name}=…`);
      throw new UsageError(`--set ${key}: ${name} asks for ${known.join(", ") || "nothing but secrets"}`);
    }
    if (isSecret(field)) {
      throw new UsageError(
        `--set ${key}: that is a secret; use --secret-file ${key}=FILE or ${secretVariable(key)}`,
      );
    }
    values[key] = rest.join("=");
  }
  return values;
}

/** `--set` for the fields that are no secrets; initial values and the environment fill in. */
function textFields(context: CommandContext, provider: ProviderInfo): Record<string, string> {
  const values = givenSettings(context, provider);
  for (const field of provider.fields) {
    if (isSecret(field)) continue;
    const value = values[field.name] ?? context.env[secretVariable(field.name)] ?? field.initial;
    if (value !== "") values[field.name] = value;
    else if (field.required) throw new UsageError(`--set ${field.name}=… is missing (${field.label})`);
  }
  return values;
}

function stagingOf(context: CommandContext, session: Session) {
  const bucket = textOption(context, "bucket");
  const word = textOption(context, "staging");
  if (bucket !== undefined && word !== undefined)
    throw new UsageError("Give --staging or --bucket, not both");
  if (bucket !== undefined) return { kind: "own" as const, bucket };
  if (word === undefined) return null;
  const { id } = findByName("staging storage", word, Object.values(session.state.stagings));
  return { kind: "existing" as const, stagingId: id };
}

export const accountProvidersCommand = defineCommand({
  words: ["account", "providers"],
  summary: "List the providers, and what each asks for to connect an account",
  positionals: [],
  options: {},
  examples: ["goldsmith account providers", "goldsmith account providers --json | jq '.[].scopes'"],
  async run(context) {
    const { state } = await context.session();
    const providers = Object.values(state.providers);
    if (context.json) context.printJson(providers);
    else {
      for (const provider of providers) {
        const asks = provider.fields.map(({ name, required }) => (required ? name : `[${name}]`));
        context.out.line(`${bold(provider.id)}  ${provider.name}`);
        context.out.line(`  asks for  ${asks.join(" ")}`);
        if (provider.defaultRegion !== null) context.out.line(`  region    ${provider.defaultRegion}`);
        for (const scope of provider.scopes) context.out.line(`  right     ${scope}`);
      }
    }
    return exitCodes.ok;
  },
});
