import { resolve } from "node:path";
import { defineCommand, firstPositional, type CommandSpec } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { writeNewFile } from "../new-file.ts";
import { findMachine } from "./machine.ts";

const name = { name: "NAME", required: true, many: false } as const;

const insert = defineCommand({
  words: ["machine", "insert"],
  summary: "Put an ISO into a machine's drive, also while it runs",
  positionals: [name, { name: "ISO", required: true, many: false }],
  options: {},
  examples: ["goldsmith machine insert web virtio-win.iso"],
  async run(context) {
    const session = await context.session();
    const machine = findMachine(session, firstPositional(context));
    const isoPath = resolve(context.positionals[1] ?? "");
    await session.client.call("machines.insert", { machineId: machine.id, isoPath }, context.signal);
    if (context.json) context.printJson(findMachine(session, machine.id));
    else context.out.line(`${isoPath} is in the drive of ${machine.name}.`);
    return exitCodes.ok;
  },
});

const eject = defineCommand({
  words: ["machine", "eject"],
  summary: "Take the ISO out of a machine's drive",
  positionals: [name],
  options: {},
  examples: ["goldsmith machine eject web"],
  async run(context) {
    const session = await context.session();
    const machine = findMachine(session, firstPositional(context));
    await session.client.call("machines.eject", { machineId: machine.id }, context.signal);
    if (context.json) context.printJson(findMachine(session, machine.id));
    else context.out.line(`The drive of ${machine.name} is empty.`);
    return exitCodes.ok;
  },
});

const screenshot = defineCommand({
  words: ["machine", "screenshot"],
  summary: "Write the screen of a running machine as PNG",
  details: "Nothing is written over: a file that is there already is refused.",
  positionals: [name, { name: "FILE", required: true, many: false }],
  options: {},
  examples: ["goldsmith machine screenshot web screen.png"],
  async run(context) {
    const session = await context.session();
    const machine = findMachine(session, firstPositional(context));
    const path = resolve(context.positionals[1] ?? "");
    const { pngBase64 } = await session.client.call(
      "machines.screenshot",
      { machineId: machine.id },
      context.signal,
    );
    await writeNewFile(path, Buffer.from(pngBase64, "base64"));
    if (context.json) context.printJson({ machineId: machine.id, path });
    else context.out.line(`The screen of ${machine.name} is in ${path}.`);
    return exitCodes.ok;
  },
});

export const machineMediaCommands: readonly CommandSpec[] = [insert, eject, screenshot];
