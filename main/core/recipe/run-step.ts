import { isAbsolute, join } from "node:path";
import type { RecipeStep } from "#contract/recipe-document.ts";
import { choose } from "#core/console/choose.ts";
import type { ConsoleSession } from "#core/console/console-session.ts";
import { keySequence } from "#core/console/keys.ts";
import { logIn } from "#core/console/login.ts";
import type { GuestAccess } from "#core/guest/guest-access.ts";
import { AppError } from "#core/lib/app-error.ts";
import { parseDuration } from "#core/lib/amount-text.ts";
import { printable } from "#core/image/source/binary.ts";
import type { Machines } from "#core/machine/machines.ts";
import { runOnConsole } from "./console-script.ts";
import { asRoot, packagesScript, sealScript } from "./guest-scripts.ts";

type Channel = "console" | "ssh";

/** What the steps of a build know and change. */
export interface StepWorld {
  readonly machines: Pick<Machines, "start" | "view" | "powerButton" | "waitForPower" | "eject" | "console">;
  readonly guest: Pick<GuestAccess, "authorize" | "run" | "upload" | "forgetKey" | "setUsername" | "status">;
  readonly machineId: string;
  /** Opened with the first step that needs it. */
  readonly session: () => Promise<ConsoleSession>;
  /** Where relative paths begin. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onMessage: (text: string) => void;
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
  /** Whether a text is a secret: it is then typed without waiting for an echo. */
  readonly isSecret: (text: string) => boolean;
  /** Where the last login was. */
  channel: Channel;
}

/** Emulated guests on a busy computer are slow; a recipe says less where it knows better. */
const usual = {
  expect: 300_000,
  dialog: 180_000,
  login: 300_000,
  run: 1_800_000,
  powerOff: 300_000,
} as const;

const timeoutOf = (
  value: { timeout?: string | number | undefined } | null | string,
  otherwise: number,
): number =>
  typeof value === "object" && value?.timeout !== undefined
    ? (parseDuration(String(value.timeout)) ?? otherwise)
    : otherwise;

/** Does one step. Texts have their variables' values by now. Throws what its parts throw. */
export async function runStep(step: RecipeStep, world: StepWorld): Promise<void> {
  const { machines, machineId, signal } = world;
  const limits = (value: Parameters<typeof timeoutOf>[0], otherwise: number) => ({
    signal,
    timeoutMs: timeoutOf(value, otherwise),
  });
  switch (step.name) {
    case "boot":
      if (machines.view(machineId).power !== "off") return;
      (await world.session()).expectNews();
      return machines.start(machineId, { signal });
    case "expect": {
      const session = await world.session();
      const wait = limits(step.value, usual.expect);
      const wanted = typeof step.value === "string" ? { text: step.value } : step.value;
      if (wanted.prompt !== undefined) await session.waitForPrompt(wanted.prompt, wait);
      else
        await session.waitFor(
          wanted.pattern === undefined ? (wanted.text ?? "") : patternOf(wanted.pattern),
          wait,
        );
      return;
    }
    case "type": {
      const { text, enter = true } = typeof step.value === "string" ? { text: step.value } : step.value;
      const session = await world.session();
      if (world.isSecret(text)) await session.type(text);
      else await session.typeSeen(text, { signal });
      if (enter) await session.type("\r");
      return;
    }
    case "press": {
      const session = await world.session();
      for (const key of keysOf(step.value)) await session.type(keySequence(key) ?? "");
      return;
    }
    case "choose": {
      const value = typeof step.value === "string" ? { entry: step.value } : step.value;
      const press = value.press === "none" ? null : (value.press ?? "enter");
      const entry = value.pattern === undefined ? (value.entry ?? "") : patternOf(value.pattern);
      const within = value.in === undefined ? {} : { within: value.in };
      await choose(await world.session(), entry, { ...limits(value, usual.dialog), press, ...within });
      return;
    }
    case "login": {
      const { user, password = "", over = "console", prompt } = step.value;
      world.channel = over;
      if (over === "ssh")
        return authorize(world, { username: user, password }, timeoutOf(step.value, usual.login));
      const login = { user, password, ...(prompt === undefined ? {} : { prompt }) };
      await logIn(await world.session(), login, limits(step.value, usual.login));
      return;
    }
    case "run": {
      const {
        script,
        over,
        allowFailure = false,
      } = typeof step.value === "string" ? { script: step.value } : step.value;
      const first = script.trim().split("\n")[0] ?? "";
      const title = `A script in the guest (${first.slice(0, 80)})`;
      await runScript(world, {
        title,
        script,
        over,
        timeoutMs: timeoutOf(step.value, usual.run),
        allowFailure,
      });
      return;
    }
    case "packages": {
      const { names, update = true, over } = Array.isArray(step.value) ? { names: step.value } : step.value;
      const timeoutMs = Array.isArray(step.value) ? usual.run : timeoutOf(step.value, usual.run);
      const title = `Installing ${names.join(", ").slice(0, 80)}`;
      await runScript(world, { title, script: asRoot(packagesScript(names, update)), over, timeoutMs });
      return;
    }
    case "copy": {
      const { from, to } = step.value;
      const { onMessage, onProgress } = world;
      const path = isAbsolute(from) ? from : join(world.folder, from);
      await world.guest.upload(machineId, [path], to, { signal, onMessage, onProgress });
      return;
    }
    case "eject":
      return machines.eject(machineId);
    case "powerOff":
      if (machines.view(machineId).power !== "off") await machines.powerButton(machineId);
      return machines.waitForPower(machineId, "off", limits(step.value, usual.powerOff));
    case "waitForPowerOff":
      return machines.waitForPower(machineId, "off", limits(step.value, usual.run));
    case "seal":
      await runScript(world, {
        title: "Sealing the guest",
        script: asRoot(sealScript(machineId)),
        over: step.value?.over,
        timeoutMs: timeoutOf(step.value, usual.run),
      });
      return world.guest.forgetKey(machineId);
    case "checkpoint":
    case "check":
    case "compact":
    case "publish":
      throw new AppError("internal", `${step.name} is no step inside a stage`);
  }
}

async function runScript(
  world: StepWorld,
  wanted: {
    title: string;
    script: string;
    over: Channel | undefined;
    timeoutMs: number;
    allowFailure?: boolean;
  },
): Promise<void> {
  const { machineId, signal, onMessage } = world;
  const options = { signal, timeoutMs: wanted.timeoutMs };
  let exitCode: number | null;
  let output: string;
  if ((wanted.over ?? world.channel) === "ssh") {
    const onOutput = (text: string): void => {
      const line = text.trim().split("\n").at(-1);
      if (line !== undefined && line !== "") onMessage(line.slice(0, 120));
    };
    const result = await world.guest.run(machineId, wanted.script, { ...options, onOutput });
    exitCode = result.exitCode;
    output = result.stdout + result.stderr;
  } else ({ exitCode, output } = await runOnConsole(await world.session(), wanted.script, options));
  if (exitCode === 0 || wanted.allowFailure === true) return;
  const lastLine = output.trim().split("\n").at(-1)?.trim() ?? "";
  throw new AppError(
    "tool-failed",
    `${wanted.title} ended with code ${exitCode}${lastLine === "" ? "" : `: ${printable(lastLine, 200)}`}`,
    {
      hint: "The machine is kept as it is; look at its console.",
      retry: "now",
      details: { exitCode, output: output.slice(-4000) },
    },
  );
}

const retryMs = 1_000;

/**
 * sshd of a guest that boots comes late: what is not there yet is asked for again until time is up. Without a password
 * the installation has brought the key.
 */
async function authorize(
  world: StepWorld,
  login: { username: string; password: string },
  timeoutMs: number,
): Promise<void> {
  const { guest, machineId, signal } = world;
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    try {
      if (login.password !== "") return await guest.authorize(machineId, login, signal);
      await guest.setUsername(machineId, login.username);
      const { reachable, reason } = await guest.status(machineId, signal);
      if (reachable) return;
      throw new AppError("network", reason, { retry: "later" });
    } catch (error) {
      const { code } = AppError.from(error);
      if ((code !== "network" && code !== "timeout") || performance.now() >= deadlineMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}

const patternOf = (source: string): RegExp => new RegExp(source, "u");

function keysOf(value: string | readonly string[] | { key: string; times?: number | undefined }): string[] {
  if (typeof value === "string") return [value];
  if ("key" in value) return Array.from({ length: value.times ?? 1 }, () => value.key);
  return [...value];
}
