import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { nodeProcesses } from "./node-processes.ts";

describe("running programs", () => {
  it("answers output, exit code and stderr", async () => {
    expect(await nodeProcesses.run(["sh", "-c", "cat; echo oops >&2"], { input: "hello" })).toMatchObject({
      code: 0,
      stdout: "hello",
      stderr: "oops\n",
    });
    await expect(nodeProcesses.run(["sh", "-c", "echo why >&2; exit 3"])).rejects.toMatchObject({
      code: "tool-failed",
      message: "sh ended with code 3: why",
    });
    expect((await nodeProcesses.run(["sh", "-c", "exit 3"], { allowFailure: true })).code).toBe(3);
  });

  it("names a program that is missing", async () => {
    await expect(nodeProcesses.run(["no-such-program-here"])).rejects.toMatchObject({ code: "tool-missing" });
  });

  it("kills the whole group at the time limit and when cancelled", async () => {
    let pid = 0;
    const onStdout = (text: string): void => void (pid ||= Number(text));
    const slow = ["sh", "-c", "sleep 60 & echo $!; wait"];
    await expect(nodeProcesses.run(slow, { timeoutMs: 300, onStdout })).rejects.toMatchObject({
      code: "timeout",
    });
    await expect.poll(() => nodeProcesses.identify(pid), { timeout: 5_000, interval: 20 }).toBeNull();

    pid = 0;
    const abort = new AbortController();
    const cancelling = nodeProcesses.run(slow, {
      signal: abort.signal,
      onStdout: (text) => {
        onStdout(text);
        abort.abort();
      },
    });
    await expect(cancelling).rejects.toMatchObject({ code: "cancelled" });
    await expect.poll(() => nodeProcesses.identify(pid), { timeout: 5_000, interval: 20 }).toBeNull();
    await expect(nodeProcesses.run(["true"], { signal: abort.signal })).rejects.toMatchObject({
      code: "cancelled",
    });
  });

  it.runIf(process.platform === "linux")("leaves no child behind when this process is killed", async () => {
    const program = `
      import { nodeProcesses } from "#system/node-processes.ts";
      const onStdout = (text) => process.stdout.write(text);
      await nodeProcesses.run(["sh", "-c", "echo $$; exec sleep 60"], { onStdout });`;
    const parent = spawn(process.execPath, ["--input-type=module", "--eval", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [pid] = (await once(parent.stdout, "data")) as [Buffer];
    const child = await nodeProcesses.identify(Number(pid));
    expect(child).not.toBeNull();
    parent.kill("SIGKILL");
    await once(parent, "exit");
    await expect
      .poll(() => child !== null && nodeProcesses.isAlive(child), { timeout: 5_000, interval: 20 })
      .toBe(false);
  });

  it("leaves no child behind when this process exits", async () => {
    const module = new URL("./node-processes.ts", import.meta.url).href;
    const script = `
      const { nodeProcesses } = await import(${JSON.stringify(module)});
      void nodeProcesses.run(["sh", "-c", "echo $$; exec sleep 60"], {
        onStdout: (text) => process.stdout.write(text, () => process.exit(0)),
      });
      await new Promise(() => setTimeout(() => {}, 60_000));`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    await once(child, "close");
    const pid = Number(text);
    expect(pid).toBeGreaterThan(0);
    // Killed as it is, the orphan is there until its new parent has noticed.
    await expect.poll(() => nodeProcesses.identify(pid), { timeout: 10_000 }).toBeNull();
  });
});

describe("identity of processes", () => {
  it("tells a process from another one with the same pid", async () => {
    const child = spawn("sleep", ["60"]);
    const exited = once(child, "exit");
    const identity = await nodeProcesses.identify(child.pid ?? 0);
    if (identity === null) throw new Error("sleep was not found");
    expect(await nodeProcesses.isAlive(identity)).toBe(true);
    expect(await nodeProcesses.isAlive({ ...identity, startToken: "1" })).toBe(false);
    await nodeProcesses.kill({ ...identity, startToken: "1" }, "SIGKILL"); // must not hit
    expect(await nodeProcesses.isAlive(identity)).toBe(true);
    await nodeProcesses.kill(identity, "SIGKILL");
    await exited;
    expect(await nodeProcesses.isAlive(identity)).toBe(false);
  });
});
