import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeClock } from "#system/node-clock.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { thawLeftover, whileFrozen } from "./frozen.ts";
import { GuestAgent } from "./guest-agent.ts";

let folder: string;
let server: Server;
let asked: string[];
let frozen: boolean;
/** What the guest's side says to a command; null: nothing. */
let answer: (command: string, given: Record<string, unknown>) => unknown;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gs-agent-"));
  asked = [];
  frozen = false;
  answer = agentLike;
  server = createServer((socket) => {
    let received = "";
    socket.on("error", () => {});
    socket.on("data", (piece) => {
      received += piece.toString("latin1");
      for (let end = received.indexOf("\n"); end >= 0; end = received.indexOf("\n")) {
        const line = received.slice(0, end).replaceAll("\u00ff", "");
        received = received.slice(end + 1);
        const { execute, arguments: given = {} } = JSON.parse(line) as {
          execute: string;
          arguments?: Record<string, unknown>;
        };
        asked.push(execute);
        const said = answer(execute, given);
        if (said === null) continue;
        const text = typeof said === "string" ? said : JSON.stringify(said);
        socket.write(Buffer.from(`${text}\n`, "latin1"));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(socketPath(), resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

const socketPath = (): string => join(folder, "qga");

function agentLike(command: string, given: Record<string, unknown>): unknown {
  switch (command) {
    case "guest-sync-delimited":
      return `\u00ff${JSON.stringify({ return: given["id"] })}`;
    case "guest-info":
      return { return: { version: "7.2.22", supported_commands: [] } };
    case "guest-network-get-interfaces":
      return {
        return: [
          { name: "lo", "ip-addresses": [{ "ip-address": "127.0.0.1" }] },
          {
            name: "eth0",
            "ip-addresses": [
              { "ip-address": "10.0.2.15" },
              { "ip-address": "fe80::1" },
              { "ip-address": "fec0::5054" },
              { "ip-address": "<b>no address</b>" },
            ],
          },
          { name: "down0" },
        ],
      };
    case "guest-fsfreeze-freeze":
      frozen = true;
      return { return: 2 };
    case "guest-fsfreeze-thaw":
      frozen = false;
      return { return: 2 };
    case "guest-fsfreeze-status":
      return { return: frozen ? "frozen" : "thawed" };
    default:
      return { error: { class: "CommandNotFound", desc: `no\u001b[31m such ${command}` } };
  }
}

const deps = () => ({
  ports: { clock: nodeClock, processes: nodeProcesses, log: { info: () => {}, warn: () => {} } },
  folder,
  agentSocket: socketPath(),
});

describe("the guest agent", () => {
  it("is asked for its version and the guest's addresses, and only real ones are taken", async () => {
    await using agent = await GuestAgent.connect(socketPath());
    expect(await agent.version()).toBe("7.2.22");
    expect(await agent.addresses()).toEqual(["10.0.2.15", "fec0::5054"]);
  });

  it("that is not there is a time-out, not for ever", async () => {
    answer = () => null;
    await expect(GuestAgent.connect(socketPath(), 100)).rejects.toMatchObject({ code: "timeout" });
    await expect(GuestAgent.connect(join(folder, "none"), 100)).rejects.toMatchObject({
      code: "machine-not-running",
    });
  });

  it("is understood behind the rest of an earlier talk", async () => {
    answer = (command, given) => {
      const said = agentLike(command, given);
      return command === "guest-sync-delimited" ? `{"return": 17}\n{"half an answ${String(said)}` : said;
    };
    await using agent = await GuestAgent.connect(socketPath(), 500);
    expect(await agent.version()).toBe("7.2.22");
  });

  it("may say nothing when it shuts down, and its refusal is told without its control characters", async () => {
    answer = (command, given) => (command === "guest-shutdown" ? null : agentLike(command, given));
    await using agent = await GuestAgent.connect(socketPath());
    await agent.shutdown();
    answer = agentLike;
    await using second = await GuestAgent.connect(socketPath());
    await expect(second.execute("guest-nothing")).rejects.toThrow(/refused "guest-nothing": no \[31m such/);
  });

  it.each([
    ["no JSON", "nonsense"],
    ["another form", { return: { version: "\u001b]0;x" } }],
    ["an answer without an end", "x".repeat(1_200_000)],
  ])("that answers %s is refused", async (_, said) => {
    answer = (command, given) => (command === "guest-info" ? said : agentLike(command, given));
    await using agent = await GuestAgent.connect(socketPath());
    await expect(agent.version()).rejects.toThrow();
  });
});

describe("a freeze", () => {
  it("surrounds the work and is taken back, also when the work fails", async () => {
    let during = false;
    const done = await whileFrozen(deps(), () => Promise.resolve((during = frozen)));
    expect([done, during, frozen]).toEqual([{ value: true, frozen: true }, true, false]);
    const failing = whileFrozen(deps(), () => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    expect(frozen).toBe(false);
    expect(await readdir(folder)).toEqual(["qga"]);
  });

  it("is left out where no agent answers, refuses, or takes too long; never without a thaw", async () => {
    answer = (command, given) =>
      command === "guest-fsfreeze-freeze" ? { error: { desc: "disabled" } } : agentLike(command, given);
    expect(await whileFrozen(deps(), () => Promise.resolve(1))).toEqual({ value: 1, frozen: false });
    answer = (command, given) => {
      const said = agentLike(command, given);
      return command === "guest-fsfreeze-freeze" ? null : said; // it froze, and its answer is late
    };
    expect(await whileFrozen(deps(), () => Promise.resolve(2))).toEqual({ value: 2, frozen: false });
    expect(frozen).toBe(false);
    await new Promise((resolve) => server.close(resolve));
    expect(await whileFrozen(deps(), () => Promise.resolve(3))).toEqual({ value: 3, frozen: false });
    await new Promise<void>((resolve) => server.listen(socketPath(), resolve));
  });

  it("that a killed app has left is ended by the next one, and one of a living app is not", async () => {
    const marker = join(folder, "frozen.json");
    frozen = true;
    const owner = await nodeProcesses.self();
    await writeFile(marker, JSON.stringify({ version: 1, owner }));
    expect([await thawLeftover(deps()), frozen]).toEqual([false, true]);
    const gone = { ...owner, startToken: "an earlier process" };
    await writeFile(marker, JSON.stringify({ version: 1, owner: gone }));
    expect([await thawLeftover(deps()), frozen]).toEqual([true, false]);
    expect(await readdir(folder)).toEqual(["qga"]);
    expect(await thawLeftover(deps())).toBe(false);
  });
});
