import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { connect, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";
import { promisify } from "node:util";

const execute = promisify(execFile);

export interface TlsFront {
  readonly port: number;
  /** PEM file of the authority that nobody knows yet. */
  readonly authorityPath: string;
  close(): Promise<void>;
}

/** Serves a plain server of this computer by TLS, under a name, with a certificate of an authority of its own. */
export async function startTlsFront(folder: string, name: string, targetPort: number): Promise<TlsFront> {
  const path = (file: string): string => join(folder, file);
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const authority = ["-x509", "-days", "2", "-subj", "/CN=Goldsmith test authority"];
  await execute("openssl", ["req", ...authority, ...key, "-keyout", path("ca.key"), "-out", path("ca.pem")]);
  await writeFile(path("names"), `subjectAltName=DNS:${name}\n`);
  await execute("openssl", [
    "req",
    "-subj",
    `/CN=${name}`,
    ...key,
    "-keyout",
    path("key"),
    "-out",
    path("csr"),
  ]);
  const signedBy = ["-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-CAcreateserial", "-days", "2"];
  const leaf = ["-in", path("csr"), "-extfile", path("names"), "-out", path("pem")];
  await execute("openssl", ["x509", "-req", ...signedBy, ...leaf]);

  const sockets = new Set<Socket>();
  const server = createServer(
    { key: await readFile(path("key")), cert: await readFile(path("pem")) },
    (client) => {
      const upstream = connect(targetPort, "127.0.0.1");
      for (const socket of [client, upstream]) {
        sockets.add(socket);
        socket.on("error", () => {});
        socket.once("close", () => {
          sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
      }
      client.pipe(upstream).pipe(client);
    },
  );
  server.on("tlsClientError", () => {}); // a client that does not trust it hangs up
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    authorityPath: path("ca.pem"),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
