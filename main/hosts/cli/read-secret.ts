import { readFile } from "node:fs/promises";
import { AppError } from "#core/lib/app-error.ts";
import { flag, UsageError, type CommandContext, type OptionSpec } from "./command.ts";

/** Far more than any key or token. */
const mostBytes = 64 * 1024;

export const secretOptions: Readonly<Record<"secret-file" | "stdin", OptionSpec>> = {
  "secret-file": {
    type: "string",
    value: "NAME=FILE",
    repeatable: true,
    help: "Take a secret from a file, such as privateKey=~/.oci/key.pem",
  },
  stdin: { type: "boolean", help: "Take the secrets that are missing from standard input, a line each" },
};

export interface WantedSecret {
  readonly name: string;
  /** For questions and errors. */
  readonly label: string;
  readonly required: boolean;
  /** What an empty answer means where it is not required; "for none" when left out. */
  readonly whenEmpty?: string;
}

/** `clientSecret` is looked for in GOLDSMITH_CLIENT_SECRET. */
export const secretVariable = (name: string): string =>
  `GOLDSMITH_${name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll("-", "_")
    .toUpperCase()}`;

/**
 * Secrets by name: from files, the environment, standard input when asked for, or questions. Never from argv, where
 * every user of the computer could read them. Throws `bad-input` when one is missing.
 */
export async function readSecrets(
  context: CommandContext,
  wanted: readonly WantedSecret[],
): Promise<Record<string, string>> {
  const files = secretFiles(context, wanted);
  const lines = flag(context, "stdin") ? await filledLines(context) : [];
  const secrets: Record<string, string> = {};
  for (const secret of wanted) {
    const { name, label, required } = secret;
    const path = files.get(name);
    const value =
      path === undefined
        ? (context.env[secretVariable(name)] ?? lines.shift() ?? (await ask(context, secret)))
        : await readSecretFile(path);
    if (value !== "") secrets[name] = value;
    else if (required) {
      throw new AppError("bad-input", `${label} is missing`, {
        hint: `Set ${secretVariable(name)}, add --secret-file ${name}=FILE, or pipe it in with --stdin.`,
      });
    }
  }
  return secrets;
}

const ask = async (
  { prompt, options }: CommandContext,
  { label, required, whenEmpty = "for none" }: WantedSecret,
): Promise<string> =>
  prompt.canAsk && options["stdin"] !== true
    ? prompt.secret(required ? label : `${label} (Enter ${whenEmpty})`)
    : "";

const filledLines = async ({ prompt }: CommandContext): Promise<string[]> =>
  (await prompt.lines()).map((line) => line.trim()).filter((line) => line !== "");

function secretFiles(context: CommandContext, wanted: readonly WantedSecret[]): Map<string, string> {
  const given = context.options["secret-file"];
  const files = new Map<string, string>();
  for (const text of Array.isArray(given) ? (given as readonly string[]) : []) {
    const [name = "", ...rest] = text.split("=");
    const path = rest.join("=");
    if (!wanted.some((secret) => secret.name === name) || path === "") {
      const known = wanted.map((secret) => `${secret.name}=FILE`).join(", ");
      throw new UsageError(
        `--secret-file ${name}: write ${known === "" ? "none, there is no secret" : known}`,
      );
    }
    files.set(name, path);
  }
  return files;
}

async function readSecretFile(path: string): Promise<string> {
  const home = process.env["HOME"] ?? "~";
  const text = await readFile(path.replace(/^~(?=\/)/, home), "utf8").catch((cause: unknown) => {
    throw new AppError("not-found", `The secret's file ${path} cannot be read`, { cause });
  });
  if (text.length > mostBytes) throw new AppError("bad-input", `${path} is too large for a secret`);
  // A key keeps its lines; the line end after a token is not part of it.
  return text.trim().includes("\n") ? text : text.trim();
}
