import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface ConnectProxy {
  readonly url: string;
  /** Targets that clients asked for, `host:port`, in their order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/**
 * A proxy on loopback that opens tunnels (RFC 9110, 9.3.6). Every name leads to this computer, so that a name that no
 * name server knows is reached through it and in no other way. `refuse`: the status that it answers instead.
 */
export async function startConnectProxy({ refuse }: { refuse?: string } = {}): Promise<ConnectProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on("error", () => {});
    return socket.once("close", () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    keep(client).once("data", (head) => {
      const target = /^CONNECT (\S+) HTTP/.exec(head.toString("latin1"))?.[1];
      if (target === undefined) return void client.end("HTTP/1.1 501 Not Implemented\r\n\r\n");
      asked.push(target);
      if (refuse !== undefined) return void client.end(`HTTP/1.1 ${refuse}\r\nContent-Length: 0\r\n\r\n`);
      const upstream = keep(connect(Number(target.split(":").at(-1)), "127.0.0.1"));
      upstream.once("connect", () => {
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        client.pipe(upstream).pipe(client);
      });
      upstream.once("close", () => client.destroy());
      client.once("close", () => upstream.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
