import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openSession, type OpenSession } from "#hosts/cli/session.ts";
import type { Ports } from "#ports/ports.ts";
import { createNodePorts } from "#system/node-ports.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { openInstallation, type Installation } from "./installation.ts";
import { proveConsole, proveDisk, proveSystem, waitForLogin, type Installed } from "./installed-system.ts";
import { createUnattended, mirrorUrl, testMirrorLines } from "./unattended.ts";

const GiB = 1024 ** 3;
const minuteMs = 60_000;
/** Under emulation, beside other work. */
const installLimitMs = 150 * minuteMs;

let home: string;
let ports: Ports;
let session: OpenSession;
let installation: Installation;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "gs-nightly-"));
  ports = await createNodePorts({ home });
  session = await openSession(ports);
  await mkdir(join(home, "medium"));
  installation = await openInstallation(join(home, "medium"));
}, 15 * minuteMs);
afterAll(async () => {
  for (const { id } of Object.values(session.state.machines)) {
    await session.client.call("machines.forceOff", { machineId: id }).catch(() => {});
  }
  await session.close();
  await installation[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
  await rm(ports.directories.runtime, { recursive: true, force: true });
});

it(
  "installs Debian by the answers that the product writes, to a system that one can log in to",
  async () => {
    const path = join(home, "key");
    await nodeProcesses.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "mira@laptop", "-f", path]);
    const [privateKey, publicKey] = await Promise.all(
      [path, `${path}.pub`].map((one) => readFile(one, "utf8")),
    );
    const { port } = installation.mirror;
    const wanted = { hostname: "web-01", username: "mira", password: "correct horse", packages: ["tree"] };
    const startedMs = performance.now();
    const machineId = await createUnattended(session, {
      name: "nightly",
      isoPath: installation.isoPath,
      diskSizeBytes: 4 * GiB,
      form: { ...wanted, publicKey: publicKey ?? "", mirror: mirrorUrl(port) },
      moreLines: testMirrorLines(port, installation.suite),
    });
    await session.client.call("machines.start", { machineId });
    const installed: Installed = { session, ports, machineId, ...wanted, privateKey: privateKey ?? "" };
    await using screen = await waitForLogin(installed, installLimitMs);
    const minutes = (performance.now() - startedMs) / minuteMs;
    console.log(`From the start to the installed system's login: ${minutes.toFixed(1)} min`);
    expect(session.state.machines[machineId]).toMatchObject({ installing: false, lastError: null });
    await proveConsole(screen, installed);
    await proveSystem(installed);
    console.log(await proveDisk(installed));
  },
  installLimitMs + 30 * minuteMs,
);
