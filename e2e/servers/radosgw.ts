import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { z } from "zod";
import { nodeProcesses } from "#system/node-processes.ts";
import { freePort } from "./free-port.ts";
import { ServerProcess } from "./server-process.ts";

const execute = promisify(execFile);
const programs = ["ceph-mon", "ceph-osd", "radosgw", "radosgw-admin", "ceph-authtool", "monmaptool", "ceph"];
const readyTimeoutMs = 90_000;

export interface Radosgw {
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Runs `radosgw-admin` against this cluster, e.g. to make a user of a tenant. */
  admin(...args: string[]): Promise<string>;
  /** Deletes all that a bucket holds and gives its memory back at once, not after Ceph's two hours. */
  forget(bucket: string): Promise<void>;
  close(): Promise<void>;
}

/** Why radosgw cannot be started here, or null when it can. */
export async function radosgwMissing(): Promise<string | null> {
  const found = await Promise.all(programs.map((name) => nodeProcesses.find(name)));
  const missing = programs.filter((_, index) => found[index] === null);
  return missing.length === 0
    ? null
    : `radosgw is not tested: ${missing.join(", ")} not installed (Debian: apt-get install --no-install-recommends ceph-mon ceph-osd radosgw ceph-common)`;
}

/**
 * A whole Ceph cluster on loopback: one monitor, one OSD that keeps its data in memory, one RADOS gateway (the
 * server family behind Contabo's object storage). No manager daemon is needed. Up in about ten seconds. Keep
 * test objects small: they live in RAM.
 */
export async function startRadosgw({ storeBytes = 2 * 1024 ** 3 } = {}): Promise<Radosgw> {
  const missing = await radosgwMissing();
  if (missing !== null) throw new Error(missing);
  const folder = await mkdtemp(join(tmpdir(), "goldsmith-rgw-"));
  const servers: ServerProcess[] = [];
  const close = async (): Promise<void> => {
    for (const server of servers.toReversed()) await server.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    return { ...(await boot(folder, servers, storeBytes)), close };
  } catch (error) {
    const words = await lastWords(servers);
    await close();
    throw new Error(`radosgw did not start: ${String(error)}\n${words}`, { cause: error });
  }
}

async function boot(
  folder: string,
  servers: ServerProcess[],
  storeBytes: number,
): Promise<Omit<Radosgw, "close">> {
  const path = (name: string): string => join(folder, name);
  const [mon2Port, mon1Port, rgwPort] = [await freePort(), await freePort(), await freePort()];
  const monitor = `[v2:127.0.0.1:${mon2Port},v1:127.0.0.1:${mon1Port}]`;
  const [fsid, osdUuid] = [crypto.randomUUID(), crypto.randomUUID()];
  for (const name of ["mon", "osd", "run", "rgw"]) await mkdir(path(name));
  await writeFile(path("ceph.conf"), configuration({ folder, fsid, monitor, rgwPort, storeBytes }));
  const conf = ["-c", path("ceph.conf")];
  const run = async (program: string, ...args: string[]): Promise<string> =>
    (await execute(program, args, { timeout: 60_000 })).stdout;

  const keyring = path("keyring");
  await run(
    "ceph-authtool",
    "--create-keyring",
    keyring,
    "--gen-key",
    "-n",
    "mon.",
    "--cap",
    "mon",
    "allow *",
  );
  const caps = ["mon", "osd", "mgr", "mds"].flatMap((kind) => ["--cap", kind, "allow *"]);
  for (const name of ["client.admin", "osd.0", "client.rgw.a"]) {
    await run("ceph-authtool", keyring, "--gen-key", "-n", name, ...caps);
  }
  const monmap = path("monmap");
  await run("monmaptool", "--create", "--addv", "a", monitor, "--fsid", fsid, monmap);
  await run("ceph-mon", ...conf, "--mkfs", "-i", "a", "--monmap", monmap, "--keyring", keyring);
  servers.push(new ServerProcess(["ceph-mon", ...conf, "-f", "-i", "a"], path("mon.log")));
  await retried(servers, () => run("ceph", ...conf, "--connect-timeout", "5", "osd", "new", osdUuid, "0"));
  // The monitor ignores an OSD whose id it gave to another uuid.
  await run("ceph-osd", ...conf, "--mkfs", "-i", "0", "--osd-uuid", osdUuid, "--keyring", keyring);
  servers.push(new ServerProcess(["ceph-osd", ...conf, "-f", "-i", "0"], path("osd.log")));
  servers.push(new ServerProcess(["radosgw", ...conf, "-f", "-n", "client.rgw.a"], path("rgw.log")));
  const endpoint = `http://127.0.0.1:${rgwPort}`;
  await retried(servers, async () => void (await fetch(endpoint)));

  const admin = (...args: string[]): Promise<string> => run("radosgw-admin", ...conf, ...args);
  const accessKeyId = "GOLDSMITHTEST";
  const secretAccessKey = crypto.randomUUID().replaceAll("-", "");
  await admin(
    "user",
    "create",
    "--uid=goldsmith",
    "--display-name=Goldsmith",
    `--access-key=${accessKeyId}`,
    `--secret-key=${secretAccessKey}`,
  );
  const forget = async (bucket: string): Promise<void> => {
    const listed = z
      .array(z.object({ name: z.string() }))
      .parse(JSON.parse(await admin("bucket", "list", `--bucket=${bucket}`)));
    for (const { name } of listed) await admin("object", "rm", `--bucket=${bucket}`, `--object=${name}`);
    await admin("gc", "process", "--include-all");
  };
  return { endpoint, accessKeyId, secretAccessKey, admin, forget };
}

/** With `auth … = none` radosgw cannot connect (-13), so cephx it is. */
const configuration = ({
  folder,
  fsid,
  monitor,
  rgwPort,
  storeBytes,
}: {
  folder: string;
  fsid: string;
  monitor: string;
  rgwPort: number;
  storeBytes: number;
}): string => `
[global]
fsid = ${fsid}
mon initial members = a
mon host = ${monitor}
public addr = 127.0.0.1
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
keyring = ${folder}/keyring
run dir = ${folder}/run
admin socket = ${folder}/run/$name.asok
log file = /dev/null
mon cluster log file = /dev/null
log to stderr = true
err to stderr = true
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 5000
mon osd full ratio = .99
mon data avail warn = 1
mon data avail crit = 1
[mon.a]
mon data = ${folder}/mon
[osd.0]
osd data = ${folder}/osd
osd objectstore = memstore
memstore device bytes = ${storeBytes}
[client.rgw.a]
rgw data = ${folder}/rgw
rgw frontends = beast endpoint=127.0.0.1:${rgwPort}
rgw dynamic resharding = false
rgw enable usage log = false
rgw run sync thread = false
`;

/** Repeats until it works; gives up after a while, or at once when one of the servers has ended. */
async function retried(servers: readonly ServerProcess[], attempt: () => Promise<unknown>): Promise<void> {
  const deadlineMs = performance.now() + readyTimeoutMs;
  let gone: string | null = null;
  for (const server of servers) void server.ended.then((why) => (gone = `${server.name} ended with ${why}`));
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (gone !== null) throw new Error(gone, { cause: error });
      if (performance.now() > deadlineMs) throw error;
      await sleep(200);
    }
  }
}

async function lastWords(servers: readonly ServerProcess[]): Promise<string> {
  const logs = servers.map(
    async ({ name, logPath }) => `${name}: ${(await readFile(logPath, "utf8")).slice(-1500)}`,
  );
  return (await Promise.all(logs)).join("\n");
}
