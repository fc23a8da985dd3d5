import type { Client, ClientChannel } from "ssh2";
import { AppError } from "#core/lib/app-error.ts";

export interface ScriptResult {
  /** null: a signal ended it. */
  readonly exitCode: number | null;
  /** The last of it: at most 256 KiB each. */
  readonly stdout: string;
  readonly stderr: string;
}

interface ScriptOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
  /** Output as it comes, both streams. */
  readonly onOutput?: (text: string) => void;
}

const maxKeptChars = 256 * 1024;

/** What a script starts must not read the rest of the script as its input, so it goes through a file of its own. */
const throughFile =
  'umask 077; file=$(mktemp) && cat > "$file" && umask 022 && sh "$file" < /dev/null; code=$?; rm -f "$file"; exit $code';

/**
 * Runs a shell script; its text goes over standard input, so that no quoting is needed and no process list shows
 * it. Throws `network` when the connection breaks, `timeout`, `cancelled`.
 */
export async function runScript(
  client: Client,
  script: string,
  options: ScriptOptions,
): Promise<ScriptResult> {
  const channel = await openChannel(client, throughFile);
  const kept = { stdout: "", stderr: "" };
  const keep = (name: "stdout" | "stderr", decoder: TextDecoder) => (bytes: Buffer) => {
    const text = decoder.decode(bytes, { stream: true });
    kept[name] = (kept[name] + text).slice(-maxKeptChars);
    options.onOutput?.(text);
  };
  channel.on("data", keep("stdout", new TextDecoder()));
  channel.stderr.on("data", keep("stderr", new TextDecoder()));
  let timer: NodeJS.Timeout | undefined;
  let onAbort = (): void => {};
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      let code: number | null | undefined;
      channel.on("exit", (status: number | null) => (code = status));
      channel.on("close", () =>
        code === undefined
          ? reject(new AppError("network", "The connection to the guest broke", { retry: "now" }))
          : resolve(code),
      );
      channel.on("error", reject);
      onAbort = () => reject(new AppError("cancelled", "Cancelled"));
      options.signal.addEventListener("abort", onAbort, { once: true });
      if (options.signal.aborted) onAbort();
      const { timeoutMs } = options;
      if (timeoutMs !== undefined)
        timer = setTimeout(() => {
          const details = { timeoutMs, output: (kept.stdout + kept.stderr).slice(-4000) };
          const words = `The script did not end within ${timeoutMs / 1000} s`;
          reject(new AppError("timeout", words, { retry: "now", details }));
        }, timeoutMs);
      channel.end(script);
    });
    return { exitCode, ...kept };
  } catch (error) {
    channel.close();
    throw AppError.from(error);
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener("abort", onAbort);
  }
}

/** One program in the guest, by its login shell. */
export const openChannel = (client: Client, command: string): Promise<ClientChannel> =>
  new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error === undefined) resolve(channel);
      else reject(new AppError("network", "The guest opens no channel", { cause: error, retry: "now" }));
    });
  });

/** A text as one word of a POSIX shell. */
export const shellWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
