import { ConsoleSession } from "#core/console/console-session.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { MachineConsole } from "#core/machine/machines.ts";
import type { Login } from "./guest-shell.ts";

/** The medium's own boot: firmware, boot menu, kernel and initramfs under emulation. */
const firstPromptMs = 240_000;
const promptMs = 60_000;
const unpackMs = 900_000;

interface InstallOptions {
  readonly hostname: string;
  readonly login: Login;
  readonly signal: AbortSignal;
  readonly onMessage: (text: string) => void;
}

/**
 * Answers the practice installer as a person would, each question when it is asked. Answers from which byte of the
 * transcript on the restarted machine can be read.
 */
export async function installFromConsole(console: MachineConsole, options: InstallOptions): Promise<number> {
  const { hostname, login, signal, onMessage } = options;
  await using session = await ConsoleSession.attach(console, { fromByte: 0, signal });
  const ask = async (prompt: string | RegExp, timeoutMs: number): Promise<void> => {
    const failed = /The installation failed: .*/;
    const wanted =
      typeof prompt === "string" ? prompt.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&") : prompt.source;
    const seen = await session.waitFor(new RegExp(`${wanted}|${failed.source}`), { timeoutMs, signal });
    if (failed.test(seen[0])) throw new AppError("tool-failed", seen[0], { retry: "now" });
  };
  onMessage("Waiting for the installer");
  await ask("Everything on it is erased. [y/N] ", firstPromptMs);
  onMessage("Answering the installer");
  await session.line("y");
  await ask("Host name: ", promptMs);
  await session.line(hostname);
  await ask("User name: ", promptMs);
  await session.line(login.user);
  await ask("(not shown): ", promptMs);
  await session.line(login.password);
  await ask("Again: ", promptMs);
  await session.line(login.password);
  await ask("Making filesystems", promptMs);
  onMessage("Unpacking the system");
  await ask(/Unpacking the system: 100 %/, unpackMs);
  onMessage("Installing the boot loader");
  await ask("Press Enter to restart. ", unpackMs);
  const bootFromByte = await console.transcriptBytes();
  await session.line("");
  return bootFromByte;
}
