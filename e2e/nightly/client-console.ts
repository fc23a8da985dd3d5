import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { MachineConsole } from "#core/console/machine-console.ts";
import type { Ports } from "#ports/ports.ts";
import type { Client } from "#rpc/api.ts";

/** A machine's console through the contract, for the core's expect engine. */
export const clientConsole = (client: Client, machineId: string, { directories }: Ports): MachineConsole => ({
  read: (fromByte, signal) => client.bytes("console.read", { machineId, fromByte }, signal),
  write: async (text, signal) => {
    await client.call("console.write", { machineId, text }, signal);
  },
  sendBreak: async () => {
    await client.call("console.sendBreak", { machineId });
  },
  transcriptBytes: async () =>
    (await stat(join(directories.data, "machines", machineId, "transcript.log"))).size,
});
