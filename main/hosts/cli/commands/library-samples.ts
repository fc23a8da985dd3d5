import type { ImageView } from "#contract/image.ts";
import type { MachineView } from "#contract/machine.ts";

/** When everything in the samples was made. */
export const sampledAt = "2026-01-10T12:00:00.000Z";
/** For tests: a machine that is off unless said otherwise. */
export const sampleMachine = (
  id: string,
  name: string,
  power: MachineView["power"] = "off",
): MachineView => ({
  id,
  name,
  notes: "",
  tags: [],
  install: null,
  installing: false,
  checkpoints: [],
  currentCheckpointId: null,
  suspended: false,
  addresses: [],
  agentVersion: null,
  recording: false,
  createdAt: sampledAt,
  hardware: {
    cores: 2,
    memoryBytes: 1024 ** 3,
    firmware: "bios",
    diskBus: "virtio-scsi",
    diskSizeBytes: 8 * 1024 ** 3,
  },
  isoPath: null,
  diskPath: "/data/disk.qcow2",
  diskUsedBytes: 200 * 1024,
  power,
  accelerator: null,
  startedAt: null,
  reattached: false,
  transcriptBytes: 0,
  argv: [],
  sshPort: null,
  lastError: null,
  silentSinceMs: null,
});
/** For tests: a finished image. */
export const sampleImage = (id: string, name: string): ImageView => ({
  id,
  name,
  notes: "",
  tags: [],
  createdAt: sampledAt,
  path: `/images/${id}/disk.qcow2`,
  format: "qcow2",
  archive: null,
  fileBytes: 160 * 1024 ** 2,
  virtualBytes: 4 * 1024 ** 3,
  sha256: null,
  origin: { machineId: null, sourcePath: "/x", sourceBytes: 446 * 1024 ** 2 },
  proof: null,
});
