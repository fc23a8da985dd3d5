import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readTranscript, transcriptSize } from "#core/console/transcript.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Machines } from "#core/machine/machines.ts";

/** What a checkpoint holds: what was done to the disk, and with memory where the guest's shell stood. */
interface Moment {
  disk: string[];
  prompt: string | null;
}

export interface FakeMachine {
  id: string;
  power: "off" | "running";
  now: Moment;
  line: string;
  checkpoints: (Moment & { id: string; name: string; stage: string | null; withMemory: boolean })[];
  /** With memory of this checkpoint the next start goes on. */
  resumeFrom: string | null;
  /** Everything that was ever done, over all returns. */
  history: string[];
  /** `run: fail` fails so often. */
  failures: number;
}

/**
 * Machines whose guest is a few lines of code: it asks for a login, echoes, and understands `mark X` (X is then on its
 * disk). Everything rests in `<folder>/machine.json` and `<folder>/transcript` and outlives the process.
 */
export function fakeMachines(folder: string): Machines & { read: () => FakeMachine | null } {
  const path = join(folder, "machine.json");
  const transcript = join(folder, "transcript");
  const read = (): FakeMachine | null =>
    existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as FakeMachine) : null;
  const get = (): FakeMachine => {
    const machine = read();
    if (machine === null) throw new AppError("not-found", "There is no machine");
    return machine;
  };
  const change = (edit: (machine: FakeMachine) => void): void => {
    const machine = get();
    edit(machine);
    writeFileSync(path, JSON.stringify(machine));
  };
  const print = (text: string): void => appendFileSync(transcript, text);

  function obey(machine: FakeMachine, line: string): void {
    if (machine.now.prompt === "login: ") machine.now.prompt = "Password: ";
    else if (machine.now.prompt === "Password: ") machine.now.prompt = line === "a secret" ? "# " : "login: ";
    else {
      const script = /^\( (.*) \); printf/.exec(line)?.[1];
      const mark = /^mark (\S+)$/.exec(script ?? line)?.[1];
      if (mark !== undefined) {
        machine.now.disk.push(mark);
        machine.history.push(mark);
      }
      const fails = script === "fail" && machine.failures > 0;
      if (fails) machine.failures -= 1;
      if (script !== undefined) print(`\r\n@@${fails ? 1 : 0}@@\r\n`);
    }
    print(`\r\n${machine.now.prompt}`);
  }

  const machines: Partial<Machines> = {
    create(input, id = "m1") {
      const machine: FakeMachine = {
        id,
        power: "off",
        now: { disk: [], prompt: null },
        line: "",
        checkpoints: [],
        resumeFrom: null,
        history: [`create ${input.name}`],
        failures: 0,
      };
      writeFileSync(path, JSON.stringify(machine));
      writeFileSync(transcript, "");
      return Promise.resolve(id);
    },
    view: () => get() as never,
    async start() {
      change((machine) => {
        machine.power = "running";
        const from = machine.checkpoints.find(({ id }) => id === machine.resumeFrom);
        machine.resumeFrom = null;
        if (from?.withMemory === true) machine.now.prompt = from.prompt;
        else {
          machine.now.prompt = "login: ";
          print("\r\nbooting\r\nlogin: ");
        }
      });
    },
    async forceOff() {
      change((machine) => {
        machine.power = "off";
        machine.now.prompt = null;
      });
    },
    powerButton: () => machines.forceOff?.("") ?? Promise.resolve(),
    async waitForPower(_id, power) {
      if (get().power !== power) throw new AppError("timeout", `It never was ${power}`);
    },
    async eject() {},
    async createCheckpoint(_id, { id, name, stage, withMemory }) {
      change((machine) => {
        if (machine.checkpoints.some((one) => one.id === id)) return;
        machine.checkpoints.push({ ...structuredClone(machine.now), id, name, stage, withMemory });
      });
      return {} as never;
    },
    async branch(_id, checkpointId, { id }) {
      change((machine) => {
        const found = machine.checkpoints.find((one) => one.id === checkpointId);
        machine.id = id;
        machine.power = "off";
        machine.now = { disk: [...(found?.disk ?? [])], prompt: null };
        machine.checkpoints = [];
      });
    },
    async restoreCheckpoint(_id, checkpointId) {
      change((machine) => {
        const found = machine.checkpoints.find(({ id }) => id === checkpointId);
        if (found === undefined || machine.power !== "off") throw new AppError("machine-busy", "It runs");
        machine.now = { disk: [...found.disk], prompt: null };
        machine.resumeFrom = checkpointId;
      });
    },
    console: () => ({
      read: (fromByte, signal) => readTranscript(transcript, fromByte, signal),
      write(text) {
        change((machine) => {
          for (const char of text) {
            if (char === "\r") {
              obey(machine, machine.line);
              machine.line = "";
            } else if (char === "\u007f") {
              machine.line = machine.line.slice(0, -1);
              print("\b \b");
            } else {
              machine.line += char;
              if (machine.now.prompt !== "Password: ") print(char);
            }
          }
        });
        return Promise.resolve();
      },
      sendBreak: () => Promise.resolve(),
      transcriptBytes: () => transcriptSize(transcript),
    }),
  };
  return { ...(machines as Machines), read };
}
