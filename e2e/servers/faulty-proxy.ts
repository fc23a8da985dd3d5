import { createServer, request as send, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const faults = ["lost-answer", "busy", "error", "reset", "stall"] as const;
export type Fault = (typeof faults)[number];

export interface FaultyProxy {
  readonly endpoint: string;
  readonly requests: () => number;
  readonly seen: Readonly<Record<Fault, number>>;
  close(): Promise<void>;
}

/** Bytes of a body after which a connection is reset. */
const resetAfterBytes = 300_000;

/**
 * Before a plain HTTP server on loopback: a share of the requests comes to harm (0.3: three of ten), in every way in
 * turns. `busy`: 503 at once; `error`: 500 after the whole body; `reset`: in the middle of the body; `stall`: silence;
 * `lost-answer`: the server does it and nobody hears of it.
 */
export async function startFaultyProxy(origin: string, share: number): Promise<FaultyProxy> {
  const target = new URL(origin);
  const seen = { busy: 0, error: 0, reset: 0, stall: 0, "lost-answer": 0 };
  let [requests, harmed] = [0, 0];
  const server = createServer((incoming, response) => {
    requests++;
    incoming.on("error", () => {});
    const fault = Math.floor(requests * share) > harmed ? (faults[harmed++ % faults.length] ?? "busy") : null;
    if (fault !== null) seen[fault]++;
    if (fault === null || fault === "lost-answer") return forward(target, incoming, response, fault !== null);
    harm(fault, incoming, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function harm(
  fault: Exclude<Fault, "lost-answer">,
  incoming: IncomingMessage,
  response: ServerResponse,
): void {
  const answer = (status: number, code: string): void =>
    void response
      .writeHead(status, { "content-type": "application/xml" })
      .end(
        `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>on purpose</Message></Error>`,
      );
  switch (fault) {
    case "busy":
      incoming.resume();
      return answer(503, "SlowDown");
    case "error":
      incoming.resume().once("end", () => answer(500, "InternalError"));
      return;
    case "reset": {
      let bytes = 0;
      const cut = (): void => void incoming.socket.resetAndDestroy();
      incoming.on("data", (piece: Buffer) => (bytes += piece.length) > resetAfterBytes && cut());
      incoming.once("end", cut);
      return;
    }
    case "stall":
      incoming.pause();
  }
}

function forward(
  target: URL,
  incoming: IncomingMessage,
  response: ServerResponse,
  loseAnswer: boolean,
): void {
  const { method, url: path, headers, socket } = incoming;
  const upstream = send({ host: target.hostname, port: target.port, method, path, headers }, (answer) => {
    if (loseAnswer) {
      answer.resume().once("end", () => socket.resetAndDestroy());
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  upstream.once("error", () => socket.destroy());
  response.once("close", () => void (response.writableFinished || upstream.destroy()));
  incoming.pipe(upstream);
}
