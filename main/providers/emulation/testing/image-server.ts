import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tinyQcow2 } from "./tiny-qcow2.ts";

export interface ImageServer {
  readonly url: (name: string) => string;
  /** `HEAD name`, `GET name`, in order. */
  readonly seen: string[];
  close(): Promise<void>;
}

/** For tests: serves files from memory. What a name begins with may make it misbehave: `cut-`, `nohead-` … */
export async function serveImages(files: Record<string, Uint8Array>): Promise<ImageServer> {
  const seen: string[] = [];
  const server: Server = createServer((request, response) => {
    const name = (request.url ?? "/").slice(1);
    seen.push(`${request.method} ${name}`);
    const bytes = files[name.replace(/^(cut|nohead|redirect|away)-/, "")];
    if (name.startsWith("redirect-")) return response.writeHead(302, { location: `/${name.slice(9)}` }).end();
    if (name.startsWith("away-")) return response.writeHead(302, { location: "file:///etc/passwd" }).end();
    if (name.startsWith("nohead-") && request.method === "HEAD") return response.writeHead(403).end();
    if (bytes === undefined) return response.writeHead(404).end();
    response.writeHead(200, { "content-length": bytes.length });
    if (request.method === "HEAD") return response.end();
    if (!name.startsWith("cut-")) return response.end(bytes);
    response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
    return response;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (name) => `http://127.0.0.1:${port}/${name}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const goodImage = (): Buffer => tinyQcow2(2 * 2 ** 30, Buffer.from("guest data ".repeat(9_000)));
