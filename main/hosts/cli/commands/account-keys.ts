import { defineCommand, firstPositional, UsageError } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { findByName } from "../find-by-name.ts";
import { readSecrets, secretOptions } from "../read-secret.ts";
import { findProvider, givenSettings, isSecret } from "./account-connect.ts";

export const accountKeysCommand = defineCommand({
  words: ["account", "keys"],
  summary: "Give an account other keys; they are tested before the old ones are replaced",
  details:
    "What is not given stays as it is. Secrets come from --secret-file, from variables such as GOLDSMITH_TOKEN, with " +
    "--stdin from standard input, or are asked for; never from an argument.",
  positionals: [{ name: "ACCOUNT", required: true, many: false }],
  options: {
    set: {
      type: "string",
      value: "NAME=VALUE",
      repeatable: true,
      help: "A field that is no secret; NAME= empties it",
    },
    ...secretOptions,
  },
  examples: [
    "GOLDSMITH_TOKEN=$(pass do-token) goldsmith account keys work",
    "goldsmith account keys oracle --set fingerprint=aa:bb --secret-file privateKey=~/.oci/new.pem",
  ],
  async run(context) {
    const session = await context.session();
    const account = findByName("account", firstPositional(context), Object.values(session.state.accounts));
    const provider = findProvider(session, account.provider);
    const settings = givenSettings(context, provider);
    const secrets = await readSecrets(
      context,
      provider.fields
        .filter(isSecret)
        .map(({ name, label }) => ({ name, label, required: false, whenEmpty: "keeps it" })),
    );
    const fields = { ...settings, ...secrets };
    if (Object.keys(fields).length === 0) {
      throw new UsageError("Say what to change: a secret, or --set for the rest");
    }
    if (!context.json) context.err.status("Testing the credentials");
    await session.client.call("accounts.change", { accountId: account.id, fields }, context.signal);
    context.err.status("");
    if (context.json) context.printJson({ accountId: account.id, ok: true });
    else context.out.line(`${account.name} accepts the new keys.`);
    return exitCodes.ok;
  },
});
