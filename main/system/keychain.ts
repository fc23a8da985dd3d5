import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { AppError } from "#core/lib/app-error.ts";

/** One entry per name in the keychain of the operating system. */
export interface Keychain {
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Of one call. A locked keychain asks the user, who may need a moment. */
const callTimeLimitMs = 60_000;
/** Of the proof at start: nobody waits for a keychain that does not answer. */
const proofTimeLimitMs = 4_000;

/**
 * Linux only: the kernel's keyutils would be the package's silent fallback, and it forgets at reboot; so the
 * Secret Service is named explicitly. Other systems ignore the option.
 */
const entryOptions = { linux: { store: "secret-service" } } as const;

/** Runs in a process of its own, because a keychain that hangs does so inside native code. */
const proofScript = `
const { Entry } = require(process.argv[1]);
const [name, value] = [process.argv[3], process.argv[4]];
const entry = new Entry(process.argv[2], name, { linux: { store: "secret-service" } });
entry.setPassword(value);
const got = new Entry(process.argv[2], name, { linux: { store: "secret-service" } }).getPassword();
entry.deletePassword();
if (got !== value) throw new Error("the keychain gave back something else");
`;

/**
 * Proves by set, get and remove in a child process that the keychain works here and now. Answers null when it
 * does, else the reason in words.
 */
export async function whyNoKeychain(service: string, timeLimitMs = proofTimeLimitMs): Promise<string | null> {
  const missing = missingSessionBus();
  if (missing !== null) return missing;
  const module = resolveModule();
  if (module === null) return "the keychain module is not installed for this platform";
  const name = `proof-${process.pid}`;
  const value = `proof-${Date.now().toString(36)}`;
  return new Promise((answer) => {
    execFile(
      process.execPath,
      ["-e", proofScript, module, service, name, value],
      { timeout: timeLimitMs, killSignal: "SIGKILL", env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" } },
      (error, _stdout, stderr) => {
        if (error === null) answer(null);
        else if (error.killed === true) answer(`the keychain did not answer within ${timeLimitMs / 1000} s`);
        else answer(/Error: (.+)/.exec(stderr)?.[1] ?? error.message.split("\n")[0] ?? "unknown");
      },
    );
  });
}

/** D-Bus specification: the session bus is named by the environment or is a socket in XDG_RUNTIME_DIR. */
function missingSessionBus(): string | null {
  if (process.platform !== "linux") return null;
  if ((process.env["DBUS_SESSION_BUS_ADDRESS"] ?? "") !== "") return null;
  const runtime = process.env["XDG_RUNTIME_DIR"] ?? "";
  if (runtime !== "" && existsSync(join(runtime, "bus"))) return null;
  return "there is no desktop session (no D-Bus session bus)";
}

function resolveModule(): string | null {
  try {
    return createRequire(import.meta.url).resolve("@napi-rs/keyring");
  } catch {
    return null;
  }
}

export async function openKeychain(service: string): Promise<Keychain> {
  const { AsyncEntry } = await import("@napi-rs/keyring");
  const entry = (name: string) => new AsyncEntry(service, name, entryOptions);
  return {
    get: async (name) => (await limited(entry(name).getPassword())) ?? null,
    set: (name, value) => limited(entry(name).setPassword(value)),
    remove: async (name) => void (await limited(entry(name).deletePassword())),
  };
}

async function limited<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new AppError("timeout", "The system's keychain does not answer", {
          hint: "Unlock it (there may be a window that asks for a password) and try again.",
          retry: "now",
        }),
      );
    }, callTimeLimitMs);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    if (error instanceof AppError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new AppError("permission-denied", `The system's keychain refused: ${message}`, {
      hint: "Unlock the keychain and try again.",
      retry: "now",
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}
