import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface CountingProxy {
  endpoint: string;
  /** Bytes that clients have sent so far, heads and bodies. */
  sentBytes(): number;
  /** Cuts each of the next connections, one after the other, after so many bytes from the client. */
  cutNext(afterBytes: readonly number[]): void;
  close(): Promise<void>;
}

/** For tests: a TCP relay on loopback that counts what goes up and can break connections. */
export async function startCountingProxy(origin: string): Promise<CountingProxy> {
  const target = new URL(origin);
  const sockets = new Set<Socket>();
  let sentBytes = 0;
  let cuts: number[] = [];
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let ownBytes = 0;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (data) => {
      sentBytes += data.length;
      ownBytes += data.length;
      if (cuts[0] !== undefined && ownBytes > cuts[0]) {
        cuts = cuts.slice(1);
        client.resetAndDestroy();
      }
    });
    client.pipe(upstream);
    upstream.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    sentBytes: () => sentBytes,
    cutNext: (afterBytes) => (cuts = [...afterBytes]),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
