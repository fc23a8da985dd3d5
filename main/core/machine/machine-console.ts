import { join } from "node:path";
import { z } from "zod";
import { Gathering } from "#core/console/gather.ts";
import type { MachineConsole } from "#core/console/machine-console.ts";
import { SerialInput } from "#core/console/serial-input.ts";
import { readTranscript, transcriptSize } from "#core/console/transcript.ts";
import { TypingTurn } from "#core/console/typing-turn.ts";
import type { Ports } from "#ports/ports.ts";
import type { Machine } from "./machine.ts";
import { serialChardevId } from "./qemu-args.ts";

/** QMP `query-chardev`: the file name of a socket without a client begins with "disconnected:". */
const ChardevsSchema = z.array(z.object({ label: z.string(), filename: z.string() }));

/** Joins the console room to one machine. `deleted` ends all readers. */
export function openMachineConsole(
  machine: Pick<Machine, "folder" | "running" | "control">,
  ports: Ports,
  deleted: AbortSignal,
): { console: MachineConsole; close: () => Promise<void> } {
  const input = new SerialInput({
    socketPath: () => machine.running().sockets.serial,
    isFree: async () => {
      const chardevs = ChardevsSchema.parse(await machine.control("query-chardev"));
      const serial = chardevs.find((chardev) => chardev.label === serialChardevId);
      return serial?.filename.startsWith("disconnected:") ?? true;
    },
    turn: new TypingTurn(join(machine.folder.path, "typing.lock"), ports),
    clock: ports.clock,
  });
  const { transcript } = machine.folder;
  const gathering = new Gathering();
  return {
    console: {
      read: (fromByte, signal) =>
        readTranscript(transcript, fromByte, AbortSignal.any([signal, deleted]), gathering),
      write: (text, signal) => {
        gathering.typed();
        return input.write(text, signal);
      },
      sendBreak: async () => void (await machine.control("chardev-send-break", { id: serialChardevId })),
      transcriptBytes: () => transcriptSize(transcript),
    },
    close: () => input.close(),
  };
}
