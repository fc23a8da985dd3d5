import { StagingConnectSchema, type StagingConnect } from "#contract/staging.ts";
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
import { readSecrets, secretOptions, type WantedSecret } from "../read-secret.ts";

export const stagingConnectCommand = defineCommand({
  words: ["staging", "connect"],
  summary: "Connect a storage from which providers can fetch images",
  details:
    "One of --s3, --sftp and --folder says what it is. The secret (S3 secret key, password, passphrase of the key) is " +
    "taken from GOLDSMITH_SECRET, --secret-file secret=FILE or --stdin, or asked for; never from an argument. A small " +
    "object is put, read and removed before anything is kept.\n" +
    "An SFTP server's key has to be accepted first: it is shown and asked for, or given with --host-key.",
  positionals: [{ name: "NAME", required: true, many: false }],
  options: {
    s3: { type: "string", value: "URL", help: "Endpoint of an S3-compatible store" },
    bucket: { type: "string", value: "NAME", help: "Its bucket (Ceph: tenant:bucket)" },
    "access-key": { type: "string", value: "ID", help: "Its access key id" },
    region: { type: "string", value: "REGION", help: "Its region (default us-east-1)" },
    sftp: { type: "string", value: "USER@HOST[:PORT]", help: "A server reached by SFTP" },
    directory: { type: "string", value: "PATH", help: "The folder there that the web server serves" },
    key: { type: "string", value: "FILE", help: "Log in with this private key" },
    agent: { type: "boolean", help: "Log in with the SSH agent" },
    "host-key": { type: "string", value: "SHA256:…", help: "The server's key, as ssh-keygen -l prints it" },
    folder: { type: "string", value: "PATH", help: "A folder of this computer, or a mounted share" },
    "public-url": {
      type: "string",
      value: "URL",
      help: "Where a provider reaches the file, with {key} in it",
    },
    ...secretOptions,
  },
  examples: [
    "goldsmith staging connect spaces --s3 https://fra1.digitaloceanspaces.com --bucket images --access-key DO00ABC",
    "goldsmith staging connect web --sftp deploy@www.example.org --directory /var/www/images --agent " +
      "--public-url 'https://www.example.org/images/{key}'",
    "goldsmith staging connect share --folder /mnt/images",
  ],
  async run(context) {
    const session = await context.session();
    const place = await placeOf(context, session);
    const { secret } = await readSecrets(context, wantedSecrets(place));
    const parsed = StagingConnectSchema.safeParse({ name: firstPositional(context), place, secret });
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new UsageError(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "wrong value"}`);
    }
    if (!context.json) context.err.status("Putting, reading and removing a small object");
    const { stagingId } = await session.client.call("stagings.connect", parsed.data, context.signal);
    context.err.status("");
    const staging = session.state.stagings[stagingId];
    if (context.json) context.printJson(staging ?? { id: stagingId });
    else context.out.line(`Connected ${staging?.name ?? "the storage"} (${stagingId}).`);
    return exitCodes.ok;
  },
});

type Place = StagingConnect["place"];

async function placeOf(context: CommandContext, session: Session): Promise<Place> {
  const s3 = textOption(context, "s3");
  const sftp = textOption(context, "sftp");
  const folder = textOption(context, "folder");
  if ([s3, sftp, folder].filter((word) => word !== undefined).length !== 1) {
    throw new UsageError("Give one of --s3, --sftp and --folder");
  }
  const required = (name: string): string => {
    const value = textOption(context, name);
    if (value === undefined) throw new UsageError(`--${name} is missing`);
    return value;
  };
  const publicUrlTemplate = textOption(context, "public-url") ?? null;
  if (s3 !== undefined) {
    return {
      kind: "s3",
      endpoint: s3,
      bucket: required("bucket"),
      accessKeyId: required("access-key"),
      region: textOption(context, "region"),
      publicUrlTemplate,
    };
  }
  if (folder !== undefined) return { kind: "folder", path: folder, publicUrlTemplate };
  const match = /^([^@\s]+)@([^:\s]+)(?::(\d{1,5}))?$/.exec(sftp ?? "");
  if (match === null) throw new UsageError(`--sftp ${sftp ?? ""}: write USER@HOST or USER@HOST:PORT`);
  const [, username = "", host = "", portText = "22"] = match;
  const port = Number(portText);
  const keyPath = textOption(context, "key") ?? null;
  if (keyPath !== null && flag(context, "agent")) throw new UsageError("Give --key or --agent, not both");
  return {
    kind: "sftp",
    host,
    port,
    username,
    directory: required("directory"),
    auth: keyPath !== null ? "key" : flag(context, "agent") ? "agent" : "password",
    keyPath,
    hostKeySha256: textOption(context, "host-key") ?? (await acceptHostKey(context, session, host, port)),
    publicUrlTemplate,
  };
}

/** Nothing is sent to a server whose key was not accepted. */
export async function acceptHostKey(
  context: CommandContext,
  { client }: Session,
  host: string,
  port: number,
): Promise<string> {
  const { type, sha256 } = await client.call("stagings.hostKey", { host, port }, context.signal);
  const words = `${host}:${port} shows the key ${sha256} (${type})`;
  if (!context.prompt.canAsk) {
    throw new AppError("bad-input", `${words}, which was not accepted yet`, {
      hint: `Compare it with what the server's operator tells, then add --host-key ${sha256}`,
      details: { sha256, type },
    });
  }
  if (await context.prompt.confirm(`${words}. Is this the right server?`)) return sha256;
  throw new AppError("cancelled", "The server's key was not accepted");
}

export function wantedSecrets(place: Place): WantedSecret[] {
  if (place.kind === "s3") return [{ name: "secret", label: "S3 secret access key", required: true }];
  if (place.kind !== "sftp" || place.auth === "agent") return [];
  return place.auth === "password"
    ? [{ name: "secret", label: `Password of ${place.username}`, required: true }]
    : [{ name: "secret", label: "Passphrase of the key", required: false }];
}
