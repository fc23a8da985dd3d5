import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeClock } from "#system/node-clock.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { AgentWatch } from "./agent-watch.ts";
import { thawLeftover, whileFrozen } from "./frozen.ts";
import { GuestAgent } from "./guest-agent.ts";
import { FakeAgent } from "./testing/fake-agent.ts";

let folder: string;
let fake: FakeAgent;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gs-agent-"));
  fake = new FakeAgent();
  await fake.listen(socketPath());
});
afterEach(async () => {
  await fake.close();
  await rm(folder, { recursive: true });
});

const socketPath = (): string => join(folder, "qga");

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

  it("is believed what can be read where one interface is told in another form", async () => {
    fake.answer = (command, given) => {
      const said = fake.usual(command, given);
      if (command !== "guest-network-get-interfaces") return said;
      const { return: usual } = said as { return: unknown[] };
      const odd = [{ name: 5 }, { name: "eth1", "ip-addresses": [{}, { "ip-address": "10.9.8.7" }] }];
      return { return: [...odd, ...usual] };
    };
    await using agent = await GuestAgent.connect(socketPath());
    expect(await agent.addresses()).toEqual(["10.9.8.7", "10.0.2.15", "fec0::5054"]);
  });

  it("that is not there is a time-out, not for ever", async () => {
    fake.answer = () => null;
    await expect(GuestAgent.connect(socketPath(), 100)).rejects.toMatchObject({ code: "timeout" });
    await expect(GuestAgent.connect(join(folder, "none"), 100)).rejects.toMatchObject({
      code: "machine-not-running",
    });
  });

  it("is understood behind the rest of an earlier talk", async () => {
    fake.answer = (command, given) => {
      const said = fake.usual(command, given);
      return command === "guest-sync-delimited" ? `{"return": 17}\n{"half an answ${String(said)}` : said;
    };
    await using agent = await GuestAgent.connect(socketPath(), 500);
    expect(await agent.version()).toBe("7.2.22");
  });

  it("may say nothing when it shuts down, and its refusal is told without its control characters", async () => {
    fake.answer = (command, given) => (command === "guest-shutdown" ? null : fake.usual(command, given));
    await using agent = await GuestAgent.connect(socketPath());
    await agent.shutdown();
    fake.answer = fake.usual;
    await using second = await GuestAgent.connect(socketPath());
    await expect(second.execute("guest-nothing")).rejects.toThrow(/refused "guest-nothing": no \[31m such/);
  });

  it.each([
    ["no JSON", "nonsense"],
    ["another form", { return: { version: "\u001b]0;x" } }],
    ["an answer without an end", "x".repeat(1_200_000)],
  ])("that answers %s is refused", async (_, said) => {
    fake.answer = (command, given) => (command === "guest-info" ? said : fake.usual(command, given));
    await using agent = await GuestAgent.connect(socketPath());
    await expect(agent.version()).rejects.toThrow();
  });
});

describe("a freeze", () => {
  it("surrounds the work and is taken back, also when the work fails", async () => {
    let during = false;
    const done = await whileFrozen(deps(), () => Promise.resolve((during = fake.frozen)));
    expect([done, during, fake.frozen]).toEqual([{ value: true, frozen: true }, true, false]);
    const failing = whileFrozen(deps(), () => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    expect(fake.frozen).toBe(false);
    expect(await readdir(folder)).toEqual(["qga"]);
  });

  it("is left out where no agent answers, refuses, or takes too long; never without a thaw", async () => {
    fake.answer = (command, given) =>
      command === "guest-fsfreeze-freeze" ? { error: { desc: "disabled" } } : fake.usual(command, given);
    expect(await whileFrozen(deps(), () => Promise.resolve(1))).toEqual({ value: 1, frozen: false });
    fake.answer = (command, given) => {
      const said = fake.usual(command, given);
      return command === "guest-fsfreeze-freeze" ? null : said; // it froze, and its answer is late
    };
    expect(await whileFrozen(deps(), () => Promise.resolve(2))).toEqual({ value: 2, frozen: false });
    expect(fake.frozen).toBe(false);
    await fake.close();
    expect(await whileFrozen(deps(), () => Promise.resolve(3))).toEqual({ value: 3, frozen: false });
  });

  it("that a killed app has left is ended by the next one, and one of a living app is not", async () => {
    const marker = join(folder, "frozen.json");
    fake.frozen = true;
    const owner = await nodeProcesses.self();
    await writeFile(marker, JSON.stringify({ version: 1, owner }));
    expect([await thawLeftover(deps()), fake.frozen]).toEqual([false, true]);
    const gone = { ...owner, startToken: "an earlier process" };
    await writeFile(marker, JSON.stringify({ version: 1, owner: gone }));
    expect([await thawLeftover(deps()), fake.frozen]).toEqual([true, false]);
    expect(await readdir(folder)).toEqual(["qga"]);
    expect(await thawLeftover(deps())).toBe(false);
  });

  it("that outlives the talk with its agent is ended as soon as the agent answers again", async () => {
    const cut = whileFrozen(deps(), () => fake.close());
    expect(await cut).toEqual({ value: undefined, frozen: true });
    expect(await readdir(folder)).toEqual(["frozen.json"]);
    fake = new FakeAgent();
    fake.frozen = true;
    await fake.listen(socketPath());
    expect([await thawLeftover(deps()), fake.frozen]).toEqual([true, false]);
    expect(await readdir(folder)).toEqual(["qga"]);
  });
});

describe("what is known of a guest by its agent", () => {
  it("stays while the agent is frozen or busy, and goes with it", async () => {
    let view = { agentVersion: null as string | null, addresses: [] as string[] };
    let open = true;
    const watch = new AgentWatch({
      log: deps().ports.log,
      state: {
        get view() {
          return view;
        },
        update: (change: object) => (view = { ...view, ...change }),
      } as never,
      socketPath: socketPath(),
      execute: async () => [{ label: "agent0", "frontend-open": open }],
      leftover: deps(),
      onThawed: () => {},
    });
    const known = { agentVersion: "7.2.22", addresses: ["10.0.2.15", "fec0::5054"] };
    const none = { agentVersion: null, addresses: [] };
    await watch.look();
    expect(view).toEqual(known);
    fake.answer = (command, given) =>
      command === "guest-network-get-interfaces" ? { error: { desc: "frozen" } } : fake.usual(command, given);
    await watch.look();
    expect(view).toEqual(known);
    fake.answer = () => null;
    await watch.look();
    await watch.look();
    expect(view).toEqual(known);
    await watch.look();
    expect(view).toEqual(none);
    fake.answer = fake.usual;
    await watch.look();
    expect(view).toEqual(known);
    open = false;
    await watch.look();
    expect(view).toEqual(none);
    await watch.close();
  });
});
