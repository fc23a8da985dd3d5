import type { CommandSpec } from "./command.ts";
import { accountCommands } from "./commands/account.ts";
import { buildCommand } from "./commands/build.ts";
import { catCommand } from "./commands/cat.ts";
import { checkCommand } from "./commands/check.ts";
import { compactCommand } from "./commands/compact.ts";
import { consoleCommand } from "./commands/console.ts";
import { demoCommand } from "./commands/demo.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { guestCommands } from "./commands/guest.ts";
import { imageCommands } from "./commands/image.ts";
import { isoCommands } from "./commands/iso.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { jobCommands } from "./commands/job.ts";
import { lsCommand } from "./commands/ls.ts";
import { checkpointCommands } from "./commands/checkpoint.ts";
import { machineCopyCommands } from "./commands/machine-copies.ts";
import { machineCreateCommand } from "./commands/machine-create.ts";
import { machineMediaCommands } from "./commands/machine-media.ts";
import { machineCommands } from "./commands/machine.ts";
import { publishCommand } from "./commands/publish.ts";
import { recordCommand } from "./commands/record.ts";
import { remoteCommands } from "./commands/remote.ts";
import { serveCommand } from "./commands/serve.ts";
import { setupCommand } from "./commands/setup.ts";
import { stagingCommands } from "./commands/staging.ts";

/** In the order of help: getting started, the job from ISO to published image, looking after things. */
export const commands: readonly CommandSpec[] = [
  doctorCommand,
  setupCommand,
  serveCommand,
  demoCommand,
  ...isoCommands,
  buildCommand,
  machineCreateCommand,
  ...machineCommands,
  ...machineMediaCommands,
  ...machineCopyCommands,
  ...checkpointCommands,
  consoleCommand,
  recordCommand,
  ...guestCommands,
  checkCommand,
  inspectCommand,
  lsCommand,
  catCommand,
  compactCommand,
  ...imageCommands,
  ...accountCommands,
  publishCommand,
  ...remoteCommands,
  ...stagingCommands,
  ...jobCommands,
];
