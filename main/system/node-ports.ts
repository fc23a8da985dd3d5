import { join } from "node:path";
import type { Ports, Secrets } from "#ports/ports.ts";
import { createDesktop } from "./desktop.ts";
import { createFileLog } from "./file-log.ts";
import { openKeychain, whyNoKeychain } from "./keychain.ts";
import { nodeClock } from "./node-clock.ts";
import { createDirectories, dataFolderHash, directoryPaths, thisWorld } from "./node-directories.ts";
import { nodeProcesses } from "./node-processes.ts";
import { fileSecrets, keychainSecrets } from "./node-secrets.ts";
import { nodeTerminals } from "./node-terminals.ts";
import { createRedactor, type Redactor } from "./redactor.ts";
import { SecretsFile } from "./secrets-file.ts";

export interface NodePortsOptions {
  /** One folder for everything (data, cache, config); default GOLDSMITH_HOME, else the platform's places. */
  home?: string;
}

/** The world as a Node process sees it: what every host hands to the core. */
export async function createNodePorts(options: NodePortsOptions = {}): Promise<Ports> {
  const world = thisWorld();
  const paths = directoryPaths(world, options.home);
  const directories = await createDirectories(paths, world);
  const redactor = createRedactor();
  const ownHome = options.home !== undefined || (process.env["GOLDSMITH_HOME"] ?? "") !== "";
  return {
    processes: nodeProcesses,
    clock: nodeClock,
    directories,
    secrets: await openSecrets(paths.config, serviceName(paths.data, ownHome), redactor),
    desktop: createDesktop(nodeProcesses),
    terminals: nodeTerminals,
    log: createFileLog(join(directories.data, "log"), redactor),
  };
}

/** A try-out in a folder of its own must not see or overwrite the entries of the user's real library. */
const serviceName = (dataPath: string, ownHome: boolean): string =>
  ownHome ? `goldsmith-${dataFolderHash(dataPath)}` : "goldsmith";

async function openSecrets(configPath: string, service: string, redactor: Redactor): Promise<Secrets> {
  const path = join(configPath, "secrets.json");
  const place = { file: new SecretsFile(path), path, redactor };
  const reason = await whyNoKeychain(service);
  return reason === null ? keychainSecrets(await openKeychain(service), place) : fileSecrets(reason, place);
}
