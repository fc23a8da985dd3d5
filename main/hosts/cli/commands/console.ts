import { StringDecoder } from "node:string_decoder";
import type { MachineView } from "#contract/machine.ts";
import { AppError } from "#core/lib/app-error.ts";
import { defineCommand, firstPositional, type CommandContext, type Session } from "../command.ts";
import { lastScreen } from "../console-screen.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { findByName } from "../find-by-name.ts";
import { enterRaw } from "../terminal/raw-mode.ts";

/** Ctrl-], as telnet and virsh have it. */
const detachKey = 0x1d;
/** Enough for a screen of 200 by 60 with colours. */
const replayBytes = 64 * 1024;

export const consoleCommand = defineCommand({
  words: ["console"],
  summary: "Attach to a machine's serial console; Ctrl-] detaches",
  details:
    "Shows the last screen from the transcript, then goes on live. Every key goes to the guest, Ctrl-C too; " +
    "only Ctrl-] is kept and detaches. The guest goes on running. Without a terminal, standard input is typed " +
    "at the guest and its output is written to standard output until it stops.",
  positionals: [{ name: "NAME", required: true, many: false }],
  options: {},
  examples: ["goldsmith console web", "goldsmith console web < answers.txt"],
  async run(context) {
    const session = await context.session();
    const machines = Object.values(session.state.machines);
    return attachConsole(context, session, findByName("machine", firstPositional(context), machines).id);
  },
});

/** Until Ctrl-], the end of the guest, or a signal. The terminal is as before on every way out. */
export async function attachConsole(
  context: CommandContext,
  session: Session,
  machineId: string,
): Promise<ExitCode> {
  const machine = session.state.machines[machineId];
  if (machine === undefined) throw new AppError("not-found", "The machine is gone");
  if (machine.power === "off") {
    await showLastScreen(session, machine, context);
    throw new AppError("machine-not-running", `${machine.name} is off`, {
      hint: `goldsmith machine start ${machine.id} --console boots it and attaches.`,
    });
  }
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, context.signal]);
  const raw = enterRaw(process.stdin, process.stdout);
  const end: { stopped: boolean; failure: unknown } = { stopped: false, failure: null };
  const fail = (error: unknown): void => {
    if (over.signal.aborted || context.signal.aborted) return;
    end.failure = error;
    over.abort();
  };
  try {
    if (raw.isTerminal) context.err.line(`Console of ${machine.name}. Ctrl-] detaches.`);
    const fromByte = await replay(session, machineId, raw.isTerminal, signal);
    const output = showLive(session, machineId, fromByte, signal);
    output.catch(fail);
    const stopped = untilStopped(session, machineId, signal);
    stopped.then((isOff) => {
      if (!isOff || over.signal.aborted) return;
      end.stopped = true;
      over.abort();
    }, fail);
    typeKeys(session, machineId, signal, raw.isTerminal).then((detached) => detached && over.abort(), fail);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await output.catch(() => {});
  } finally {
    raw.restore();
  }
  if (end.failure !== null) throw AppError.from(end.failure);
  if (raw.isTerminal) context.err.line(whyWords(end.stopped, machine.name));
  return context.signal.aborted ? exitCodes.cancelled : exitCodes.ok;
}

const whyWords = (stopped: boolean, name: string): string =>
  stopped ? `${name} has stopped.` : `Detached. ${name} goes on running.`;

async function showLastScreen(
  session: Session,
  machine: MachineView,
  context: CommandContext,
): Promise<void> {
  const drawn = context.out.isTerminal && machine.transcriptBytes > 0;
  await replay(session, machine.id, drawn, context.signal);
  if (drawn) process.stdout.write("\u001b[0m\r\n");
}

/** Draws the last screen and answers from which byte on the live part is to be shown. */
async function replay(
  session: Session,
  machineId: string,
  isTerminal: boolean,
  signal: AbortSignal,
): Promise<number> {
  const length = session.state.machines[machineId]?.transcriptBytes ?? 0;
  if (!isTerminal || length === 0) return length;
  const from = Math.max(0, length - replayBytes);
  const tail = await readExactly(session, machineId, from, length - from, signal);
  const size = { columns: process.stdout.columns, rows: process.stdout.rows };
  // What was on the terminal scrolls up, for the guest may place its text by row and column.
  process.stdout.write(`${"\n".repeat(size.rows)}\u001b[H${await lastScreen(tail, size)}`);
  return from + tail.length;
}

async function readExactly(
  session: Session,
  machineId: string,
  fromByte: number,
  lengthBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let have = 0;
  for await (const chunk of session.client.bytes("console.read", { machineId, fromByte }, signal)) {
    parts.push(chunk.subarray(0, lengthBytes - have));
    have += chunk.length;
    if (have >= lengthBytes) break;
  }
  return Buffer.concat(parts);
}

/** The guest's bytes as they are: this is the one place where they go to the terminal raw. */
async function showLive(
  session: Session,
  machineId: string,
  fromByte: number,
  signal: AbortSignal,
): Promise<void> {
  for await (const chunk of session.client.bytes("console.read", { machineId, fromByte }, signal)) {
    if (process.stdout.write(chunk)) continue;
    await new Promise<void>((resolve) => {
      process.stdout.once("drain", resolve);
      process.stdout.once("error", () => resolve());
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }
}

/** True when the machine is off; false when it was no longer of interest. */
async function untilStopped(session: Session, machineId: string, signal: AbortSignal): Promise<boolean> {
  for await (const _ of session.changes(signal)) {
    if ((session.state.machines[machineId]?.power ?? "off") === "off") return true;
  }
  return false;
}

/** Keys in order, each piece awaited: the next one is read when QEMU has taken it. True after Ctrl-]. */
async function typeKeys(
  session: Session,
  machineId: string,
  signal: AbortSignal,
  isTerminal: boolean,
): Promise<boolean> {
  const decoder = new StringDecoder("utf8");
  for await (const piece of process.stdin.iterator({ destroyOnReturn: false })) {
    if (signal.aborted) return false;
    const bytes = Buffer.from(piece as Uint8Array | string);
    const at = isTerminal ? bytes.indexOf(detachKey) : -1;
    const text = decoder.write(at < 0 ? bytes : bytes.subarray(0, at));
    if (text !== "") await session.client.call("console.write", { machineId, text }, signal);
    if (at >= 0) return true;
  }
  return false; // the end of a pipe: the output is still of interest
}
