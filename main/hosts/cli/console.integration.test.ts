import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { spawn, type IPty } from "node-pty";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { miniInstallerIso } from "#e2e/fixtures/fixtures.ts";
import { directoryPaths, thisWorld } from "#system/node-directories.ts";

const entry = new URL("./main.ts", import.meta.url).pathname;
const execute = promisify(execFile);
const question = "Install to /dev/sda? [y/N]";

let home = "";
const env = (): Record<string, string> => ({
  ...(process.env as Record<string, string>),
  GOLDSMITH_HOME: home,
});
const goldsmith = (...args: string[]) => execute(process.execPath, [entry, ...args], { env: env() });

/** A shell on a real terminal, which runs the command and then tells its exit code and the terminal's state. */
class TerminalRun {
  readonly #pty: IPty;
  text = "";
  #wake = (): void => {};

  constructor(...args: string[]) {
    const command = [process.execPath, entry, ...args].map((word) => `'${word}'`).join(" ");
    const script = `${command}; echo "code=$?"; stty -a | grep -ow -e '-\\?icanon' -e '-\\?echo'`;
    this.#pty = spawn("sh", ["-c", script], { name: "xterm-256color", cols: 100, rows: 30, env: env() });
    this.#pty.onData((data) => {
      this.text += data;
      this.#wake();
    });
    this.#pty.onExit(() => this.#wake());
  }

  async waitFor(wanted: string, timeoutMs = 120_000): Promise<void> {
    const limit = AbortSignal.timeout(timeoutMs);
    while (!this.text.includes(wanted)) {
      if (limit.aborted) throw new Error(`${wanted} was not shown; the terminal showed:\n${this.text}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        limit.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }

  type(text: string): void {
    this.#pty.write(text);
  }

  kill(): void {
    try {
      this.#pty.kill("SIGKILL");
    } catch {
      // has ended already
    }
  }
}

const runs: TerminalRun[] = [];
const onTerminal = (...args: string[]): TerminalRun => {
  const run = new TerminalRun(...args);
  runs.push(run);
  return run;
};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "gs-cli-"));
  const iso = await miniInstallerIso("interactive");
  const size = ["--cores", "1", "--memory", "256M", "--disk", "1G"];
  await goldsmith("machine", "create", "guest", "--iso", iso, ...size, "--start");
});
afterAll(async () => {
  for (const run of runs) run.kill();
  await goldsmith("machine", "stop", "guest", "--force").catch(() => {});
  await rm(home, { recursive: true, force: true });
  await rm(directoryPaths(thisWorld(), home).runtime, { recursive: true, force: true });
});

describe("goldsmith console on a real terminal", () => {
  it("shows the guest live; Ctrl-] detaches and gives the terminal back", async () => {
    const first = onTerminal("console", "guest");
    await first.waitFor(question);
    first.type("\u001d");
    await first.waitFor("icanon");
    await first.waitFor("echo");
    expect(first.text).toContain("Detached. guest goes on running.");
    expect(first.text).toContain("code=0");
    expect(first.text).not.toMatch(/-icanon|-echo/);
  });

  it("draws the last screen when it is attached again, types, and ends with the guest", async () => {
    const second = onTerminal("console", "gu");
    await second.waitFor(question); // from the transcript: the guest says it only once
    second.type("n\r");
    await second.waitFor("nothing was changed");
    await second.waitFor("guest has stopped.");
    await second.waitFor("icanon");
    expect(second.text).toContain("code=0");
    expect(second.text).not.toMatch(/-icanon|-echo/);
  });

  it("shows the last screen of a machine that is off, and how to start it", async () => {
    const third = onTerminal("console", "guest");
    await third.waitFor("code=1");
    expect(third.text).toContain("nothing was changed");
    expect(third.text).toContain("guest is off");
    expect(third.text).toContain("goldsmith machine start");
  });

  it("tells the same story to a script", async () => {
    const { stdout } = await goldsmith("machine", "show", "guest", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ name: "guest", power: "off", lastError: null });
    await expect(goldsmith("console", "nobody", "--json")).rejects.toMatchObject({ code: 1 });
  });
});
