import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "#core/lib/app-error.ts";
import { QmpClient, qmpCommand } from "./qmp-client.ts";

const greeting = '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": ""}}}\r\n';

interface Command {
  execute: string;
  arguments: Record<string, unknown>;
  id: number;
}

/** A QMP server whose answers a test writes itself. */
class FakeQemu {
  readonly path: string;
  readonly server: Server;
  readonly sockets = new Set<Socket>();
  readonly commands: Command[] = [];

  private constructor(path: string, hello: string, answer: (command: Command, socket: Socket) => void) {
    this.path = path;
    this.server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => this.sockets.delete(socket));
      if (hello !== "") socket.write(hello);
      let text = "";
      socket.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
        for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
          const command = JSON.parse(text.slice(0, end)) as Command;
          text = text.slice(end + 1);
          this.commands.push(command);
          if (command.execute === "qmp_capabilities") socket.write(`{"return": {}, "id": ${command.id}}\r\n`);
          else answer(command, socket);
        }
      });
    });
  }

  static async listen(
    path: string,
    answer: (command: Command, socket: Socket) => void = () => {},
    hello = greeting,
  ): Promise<FakeQemu> {
    const fake = new FakeQemu(path, hello, answer);
    await new Promise<void>((resolve) => fake.server.listen(path, resolve));
    return fake;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

let folder: string;
let path: string;
let fake: FakeQemu | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gs-qmp-"));
  path = join(folder, "qmp");
});
afterEach(async () => {
  await fake?.close();
  fake = null;
  await rm(folder, { recursive: true });
});

const failureOf = async (work: Promise<unknown>): Promise<AppError> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("It should have failed");
};

describe("QmpClient", () => {
  it("negotiates, then pairs answers with their commands by id, in whatever order they come", async () => {
    const waiting: Command[] = [];
    fake = await FakeQemu.listen(path, (command, socket) => {
      waiting.push(command);
      if (waiting.length < 2) return;
      for (const one of waiting.toReversed()) {
        socket.write(`{"return": {"echo": "${one.execute}"}, "id": ${one.id}}\r\n`);
      }
    });
    await using client = await QmpClient.connect(path);
    const answers = await Promise.all([client.execute("first"), client.execute("second", { a: 1 })]);
    expect(answers).toEqual([{ echo: "first" }, { echo: "second" }]);
    expect(fake.commands.map((c) => c.execute)).toEqual(["qmp_capabilities", "first", "second"]);
    expect(fake.commands[2]?.arguments).toEqual({ a: 1 });
  });

  it("tells events apart from answers, also when a message comes in pieces", async () => {
    fake = await FakeQemu.listen(path, (command, socket) => {
      const text = `{"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 2}}\r\n{"event": "SHUTDOWN", "data": {"guest": true}}\r\n{"return": {}, "id": ${command.id}}\r\n`;
      socket.write(text.slice(0, 17), () => socket.write(text.slice(17)));
    });
    const events: unknown[] = [];
    await using client = await QmpClient.connect(path, { onEvent: (event) => events.push(event) });
    await client.execute("stop");
    expect(events).toEqual([
      { name: "STOP", data: {} },
      { name: "SHUTDOWN", data: { guest: true } },
    ]);
  });

  it("hands on QEMU's refusal in its words", async () => {
    fake = await FakeQemu.listen(path, (command, socket) => {
      const error = { class: "GenericError", desc: "Device 'cd0' is locked" };
      socket.write(`${JSON.stringify({ error, id: command.id })}\r\n`);
    });
    const error = await failureOf(qmpCommand(path, "eject"));
    expect(error.code).toBe("tool-failed");
    expect(error.message).toContain("Device 'cd0' is locked");
    expect(error.details).toEqual({ command: "eject", class: "GenericError" });
  });

  it.each(["garbage\n", '{"greeting": 1}\n', '{"event": 7}\n', "[]\n", '{"return": {}, "id": "x"}\n'])(
    "calls %j a protocol error and hangs up",
    async (hello) => {
      fake = await FakeQemu.listen(path, () => {}, hello);
      const error = await failureOf(QmpClient.connect(path));
      expect(error.code).toBe("protocol");
    },
  );

  it("says busy when nobody greets: QEMU serves one client at a time", async () => {
    fake = await FakeQemu.listen(path, () => {}, "");
    const error = await failureOf(QmpClient.connect(path, { timeoutMs: 60 }));
    expect(error.code).toBe("machine-busy");
  });

  it("says not-running when nobody listens", async () => {
    expect((await failureOf(QmpClient.connect(path))).code).toBe("machine-not-running");
  });

  it("gives up on a command after its time limit and when it is cancelled, and stays usable", async () => {
    fake = await FakeQemu.listen(path, (command, socket) => {
      if (command.execute === "quick") socket.write(`{"return": 7, "id": ${command.id}}\r\n`);
    });
    await using client = await QmpClient.connect(path);
    expect((await failureOf(client.execute("never", {}, { timeoutMs: 30 }))).code).toBe("timeout");
    const stop = new AbortController();
    const cancelled = failureOf(client.execute("never", {}, { signal: stop.signal }));
    stop.abort();
    expect((await cancelled).code).toBe("cancelled");
    expect(await client.execute("quick")).toBe(7);
  });

  it("fails what is under way when QEMU goes away, and says so once", async () => {
    fake = await FakeQemu.listen(path, (_command, socket) => socket.destroy());
    let closes = 0;
    const closed = Promise.withResolvers<void>();
    const client = await QmpClient.connect(path, {
      onClose: () => {
        closes += 1;
        closed.resolve();
      },
    });
    expect((await failureOf(client.execute("query-status"))).code).toBe("machine-not-running");
    await closed.promise;
    await client.close();
    expect(closes).toBe(1);
    expect((await failureOf(client.execute("query-status"))).code).toBe("machine-not-running");
  });
});
