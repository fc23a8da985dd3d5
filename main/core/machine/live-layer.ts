import { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import type { QmpExecute } from "./qmp-client.ts";
import { diskDeviceId } from "./qemu-args.ts";

const BlocksSchema = z.array(
  z.object({
    qdev: z.string().optional(),
    inserted: z.object({ "node-name": z.string().optional() }).optional(),
  }),
);

/**
 * The block node that the guest's disk writes to; another one after every checkpoint. virtio-blk names its device by
 * a path (`/machine/peripheral/disk0/virtio-backend`), scsi-hd by the id.
 */
export async function activeNode(execute: QmpExecute): Promise<string> {
  const blocks = BlocksSchema.parse(await execute("query-block"));
  const disk = blocks.find(({ qdev }) => qdev?.split("/").includes(diskDeviceId) === true);
  const node = disk?.inserted?.["node-name"];
  if (node === undefined) throw new AppError("protocol", "QEMU does not tell which file the disk writes to");
  return node;
}

export const overlayNode = (checkpointId: string): string => `disk-${checkpointId}`;

export const isOnOverlay = async (execute: QmpExecute, checkpointId: string): Promise<boolean> =>
  (await activeNode(execute)) === overlayNode(checkpointId);

/** From here on the guest writes into the overlay; takes milliseconds. */
export async function switchToOverlay(
  execute: QmpExecute,
  checkpointId: string,
  overlayPath: string,
): Promise<void> {
  const node = await activeNode(execute);
  const overlay = overlayNode(checkpointId);
  await execute("blockdev-add", {
    driver: "qcow2",
    "node-name": overlay,
    discard: "unmap",
    "detect-zeroes": "unmap",
    file: { driver: "file", filename: overlayPath, discard: "unmap" },
    backing: null,
  });
  try {
    await execute("blockdev-snapshot", { node, overlay });
  } catch (error) {
    await dropOverlay(execute, checkpointId);
    throw busyInWords(error);
  }
}

/** QEMU lets one thing at a time work on a disk; the node that it puts over one for that comes and goes. */
export function busyInWords(error: unknown): AppError {
  const failure = AppError.from(error);
  if (!/in use by block job|is busy|cannot find device/i.test(failure.message)) return failure;
  return new AppError("machine-busy", "The running disk is being captured", {
    hint: "Wait until that job is done, or cancel it.",
    retry: "later",
    cause: failure,
  });
}

/** Lets go of an overlay that was added and is not used. */
export async function dropOverlay(execute: QmpExecute, checkpointId: string): Promise<void> {
  await execute("blockdev-del", { "node-name": overlayNode(checkpointId) }).catch(() => {}); // was not added
}
