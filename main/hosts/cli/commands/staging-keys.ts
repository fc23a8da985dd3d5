import type { StagingPlace } from "#contract/staging.ts";
import { AppError } from "#core/lib/app-error.ts";
import {
  defineCommand,
  firstPositional,
  flag,
  textOption,
  UsageError,
  type CommandContext,
  type Session,
} from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { findByName } from "../find-by-name.ts";
import { readSecrets, secretOptions } from "../read-secret.ts";
import { acceptHostKey, wantedSecrets } from "./staging-connect.ts";

export const stagingKeysCommand = defineCommand({
  words: ["staging", "keys"],
  summary: "Give a storage other keys; a small object is put, read and removed before they are kept",
  details:
    "What is not given stays as it is, and so does the storage itself: another bucket, server or folder is another " +
    "storage. The secret comes from GOLDSMITH_SECRET, --secret-file secret=FILE or --stdin, or is asked for.",
  positionals: [{ name: "STAGING", required: true, many: false }],
  options: {
    "access-key": { type: "string", value: "ID", help: "S3: another access key id" },
    user: { type: "string", value: "NAME", help: "SFTP: another user" },
    key: { type: "string", value: "FILE", help: "SFTP: log in with this private key" },
    agent: { type: "boolean", help: "SFTP: log in with the SSH agent" },
    password: { type: "boolean", help: "SFTP: log in with a password" },
    "new-host-key": { type: "boolean", help: "SFTP: the server has another key; it is shown and asked for" },
    ...secretOptions,
  },
  examples: [
    "GOLDSMITH_SECRET=$(pass spaces) goldsmith staging keys spaces --access-key DO00XYZ",
    "goldsmith staging keys web --key ~/.ssh/id_ed25519",
  ],
  async run(context) {
    const session = await context.session();
    const { id, name, place } = findByName(
      "staging storage",
      firstPositional(context),
      Object.values(session.state.stagings),
    );
    const changed = await changedPlace(context, session, place);
    const wanted = wantedSecrets(changed).map((one) => ({ ...one, required: false, whenEmpty: "keeps it" }));
    const { secret } = await readSecrets(context, wanted);
    if (secret === undefined && JSON.stringify(changed) === JSON.stringify(place)) {
      throw new UsageError("Say what to change: a secret, or an option for the rest");
    }
    if (!context.json) context.err.status("Putting, reading and removing a small object");
    const input = { stagingId: id, place: changed, ...(secret === undefined ? {} : { secret }) };
    await session.client.call("stagings.change", input, context.signal);
    context.err.status("");
    if (context.json) context.printJson({ stagingId: id, ok: true });
    else context.out.line(`${name} accepts the new keys.`);
    return exitCodes.ok;
  },
});

async function changedPlace(
  context: CommandContext,
  session: Session,
  place: StagingPlace,
): Promise<StagingPlace> {
  const [accessKeyId, username, keyPath] = ["access-key", "user", "key"].map((name) =>
    textOption(context, name),
  );
  const ways = [keyPath !== undefined, flag(context, "agent"), flag(context, "password")];
  const [byKey, byAgent, byPassword] = ways;
  if (ways.filter(Boolean).length > 1) throw new UsageError("Give one of --key, --agent and --password");
  const only = (kind: string, given: boolean) => {
    if (given && place.kind !== kind)
      throw new UsageError(`That is for ${kind}; this storage is ${place.kind}`);
  };
  only("s3", accessKeyId !== undefined);
  only("sftp", username !== undefined || ways.some(Boolean) || flag(context, "new-host-key"));
  switch (place.kind) {
    case "s3":
      return { ...place, accessKeyId: accessKeyId ?? place.accessKeyId };
    case "sftp":
      return {
        ...place,
        username: username ?? place.username,
        auth:
          byKey === true ? "key" : byAgent === true ? "agent" : byPassword === true ? "password" : place.auth,
        keyPath:
          byKey === true ? (keyPath ?? null) : byAgent === true || byPassword === true ? null : place.keyPath,
        hostKeySha256: flag(context, "new-host-key")
          ? await acceptHostKey(context, session, place.host, place.port)
          : place.hostKeySha256,
      };
    case "oci":
      throw new AppError("bad-input", "A bucket of an account has no keys of its own", {
        hint: "goldsmith account keys changes those of the account.",
      });
    case "folder":
      throw new AppError("bad-input", "A folder has no keys");
  }
}
