import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServerProcess } from "./server-process.ts";

const readyTimeoutMs = 20_000;

/** Resolves when somebody accepts connections at the port; throws with the server's words when it ends before. */
export async function listening(server: ServerProcess, port: number): Promise<void> {
  let gone: string | null = null;
  void server.ended.then((why) => (gone = why));
  const deadlineMs = performance.now() + readyTimeoutMs;
  while (!(await accepts(port))) {
    if (gone !== null || performance.now() > deadlineMs) {
      const words = (await readFile(server.logPath, "utf8")).slice(-1500);
      throw new Error(`${server.name} does not listen (${gone ?? "it runs"})\n${words}`);
    }
    await sleep(20);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
