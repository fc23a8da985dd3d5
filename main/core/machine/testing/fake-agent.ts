import { createServer, type Server, type Socket } from "node:net";

type Answer = (command: string, given: Record<string, unknown>) => unknown;

/** For tests: the guest's side of the agent's channel, on a socket. */
export class FakeAgent {
  readonly asked: string[] = [];
  frozen = false;
  /** What is said to a command: text as it is, else JSON; null: nothing. */
  answer: Answer;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor() {
    this.answer = this.usual;
    this.#server = createServer((socket) => this.#talk(socket));
  }

  listen(path: string): Promise<void> {
    return new Promise((resolve) => this.#server.listen(path, resolve));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  readonly usual: Answer = (command, given) => {
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
        this.frozen = true;
        return { return: 2 };
      case "guest-fsfreeze-thaw":
        this.frozen = false;
        return { return: 2 };
      case "guest-fsfreeze-status":
        return { return: this.frozen ? "frozen" : "thawed" };
      default:
        return { error: { class: "CommandNotFound", desc: `no\u001b[31m such ${command}` } };
    }
  };

  #talk(socket: Socket): void {
    let received = "";
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("data", (piece) => {
      received += piece.toString("latin1");
      for (let end = received.indexOf("\n"); end >= 0; end = received.indexOf("\n")) {
        const line = received.slice(0, end).replaceAll("\u00ff", "");
        received = received.slice(end + 1);
        const { execute, arguments: given = {} } = JSON.parse(line) as {
          execute: string;
          arguments?: Record<string, unknown>;
        };
        this.asked.push(execute);
        const said = this.answer(execute, given);
        if (said === null) continue;
        const text = typeof said === "string" ? said : JSON.stringify(said);
        socket.write(Buffer.from(`${text}\n`, "latin1"));
      }
    });
  }
}
