import type { MachineView } from "#contract/machine.ts";
import { transcriptSize } from "#core/console/transcript.ts";
import { diskUsedBytes } from "./disk-file.ts";
import type { MachineFolder } from "./machine-folder.ts";
import type { LastRun, MachineRecord, RunRecord } from "./machine-record.ts";

/** What a machine's files say of it, in the words of its view. */
export const pictureOf = (record: MachineRecord) => {
  const { name, createdAt, hardware, isoPath, notes, tags, install, installing } = record;
  return { name, createdAt, hardware, isoPath, notes, tags, install, installing };
};

export const runPicture = ({ accelerator, argv, startedAt, sshPort }: RunRecord) => ({
  accelerator,
  argv,
  startedAt,
  sshPort,
  lastError: null,
});

/** One and the same, so that nothing is told when nothing has changed. */
const noAddresses: string[] = [];

export function offPicture(lastRun: LastRun | null): Partial<MachineView> {
  const off = {
    power: "off",
    sshPort: null,
    reattached: false,
    silentSinceMs: null,
    addresses: noAddresses,
    agentVersion: null,
  } as const;
  if (lastRun === null) return off;
  const { argv, accelerator, startedAt, error } = lastRun;
  return { ...off, argv, accelerator, startedAt, lastError: error };
}

/** Before it is known whether it runs. */
export async function firstPicture(
  id: string,
  record: MachineRecord,
  folder: MachineFolder,
): Promise<MachineView> {
  return {
    id,
    ...pictureOf(record),
    diskPath: folder.disk,
    diskUsedBytes: await diskUsedBytes(folder.disk).catch(() => 0),
    power: "off",
    accelerator: null,
    startedAt: null,
    reattached: false,
    transcriptBytes: await transcriptSize(folder.transcript),
    argv: [],
    sshPort: null,
    lastError: null,
    silentSinceMs: null,
    checkpoints: [],
    currentCheckpointId: null,
    suspended: false,
    addresses: noAddresses,
    agentVersion: null,
    recording: false,
  };
}
