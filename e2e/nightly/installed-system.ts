import { expect } from "vitest";
import { ConsoleSession } from "#core/console/console-session.ts";
import { logIn } from "#core/console/login.ts";
import { connectGuest } from "#core/guest/guest-connection.ts";
import { runScript } from "#core/guest/run-script.ts";
import type { OpenSession } from "#hosts/cli/session.ts";
import type { Ports } from "#ports/ports.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { clientConsole } from "./client-console.ts";

const minuteMs = 60_000;

export interface Installed {
  readonly session: OpenSession;
  readonly ports: Ports;
  readonly machineId: string;
  readonly hostname: string;
  readonly username: string;
  readonly password: string;
  readonly privateKey: string;
  /** What must be there beside what every image for clouds gets. */
  readonly packages: readonly string[];
}

/** Logs in over the serial console with the password, where the installed system waits at its login. */
export async function proveConsole(screen: ConsoleSession, installed: Installed): Promise<void> {
  const login = { user: installed.username, password: installed.password };
  await logIn(screen, login, { timeoutMs: 5 * minuteMs });
  await screen.lineSeen("cat /etc/debian_version");
  await screen.waitFor(/^13\.\d+/m, { timeoutMs: minuteMs });
  await screen.line("exit");
}

/** Logs in over SSH with the key that the answers brought, and looks at what was asked for. */
export async function proveSystem({ session, ...installed }: Installed): Promise<void> {
  const { signal } = new AbortController();
  const port = session.state.machines[installed.machineId]?.sshPort ?? 0;
  const client = await connectGuest(
    { host: "127.0.0.1", port },
    { username: installed.username, auth: { privateKey: installed.privateKey } },
    { signal, assertHostKey: () => Promise.resolve(), timeoutMs: 2 * minuteMs },
  );
  const packages = ["cloud-init", "openssh-server", "qemu-guest-agent", "sudo", ...installed.packages];
  const looks = [
    "sudo -n id -u",
    "findmnt -no FSTYPE /",
    "findmnt -no SOURCE /",
    "swapon --show --noheadings | wc -l",
    `dpkg-query -Wf '\${Status}\\n' ${packages.join(" ")} | grep -c '^install ok installed'`,
    "hostname",
    "systemctl is-active ssh serial-getty@ttyS0",
    "systemctl list-units --state=failed --no-legend --plain",
    // The mirror's signature was verified: apt takes nothing unsigned.
    "sudo apt-config dump | grep -ci 'AllowUnauthenticated \"\\(1\\|true\\)'",
  ].join("; ");
  const { stdout } = await runScript(client, looks, { signal, timeoutMs: 3 * minuteMs });
  client.end();
  expect(stdout.trim().split("\n")).toEqual([
    "0",
    "ext4",
    "/dev/sda1",
    "0",
    String(packages.length),
    installed.hostname,
    "active",
    "active",
    "0",
  ]);
}

/** Powers off and lets the judge look at the disk. Answers the levels of all providers' verdicts. */
export async function proveDisk({ session, machineId }: Installed): Promise<string> {
  await session.client.call("machines.powerButton", { machineId });
  await expect.poll(() => session.state.machines[machineId]?.power, { timeout: 5 * minuteMs }).toBe("off");
  const report = await session.client.call("check.run", { subject: { kind: "machine", machineId } });
  expect(report.error).toBeNull();
  expect(report.facts?.os).toMatchObject({ id: "debian", versionId: "13" });
  const { stdout } = await nodeProcesses.run(["qemu-img", "check", report.path]);
  expect(stdout).toContain("No errors were found");
  const verdicts = Object.entries(report.verdicts);
  return verdicts
    .map(
      ([id, { level, findings }]) =>
        `${id}: ${level} (${findings.map((one) => `${one.level} ${one.id}`).join(", ")})`,
    )
    .join("\n");
}

/** How the installer's text frontend (cdebconf-text) waits for a person. */
const question = /Prompt: '\?' for help|\[Press enter to continue\]/;

/** Waits for the installed system's login. Throws with the screen when a question waits for a person, or for time. */
export async function waitForLogin(installed: Installed, timeoutMs: number): Promise<ConsoleSession> {
  const serial = clientConsole(installed.session.client, installed.machineId, installed.ports);
  const screen = await ConsoleSession.attach(serial, { fromByte: 0 });
  const login = `${installed.hostname} login: `;
  try {
    const shown = await screen.waitFor(new RegExp(`${login}|${question.source}`), { timeoutMs });
    expect(shown[0]).toBe(login);
    return screen;
  } catch (error) {
    const seen = screen.screen();
    await screen[Symbol.asyncDispose]();
    throw new Error(`No login, but this screen:\n${seen}`, { cause: error });
  }
}
