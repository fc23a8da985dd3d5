import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";

export interface HeldFile {
  readonly url: string;
  /** First bytes that were asked for, one number a request. */
  readonly asked: readonly number[];
  /** From now on what is asked for is sent to its end; before, half of the file at the most. */
  letGo(): void;
  close(): Promise<void>;
}

/** A server on loopback with one file and its `SHA256SUMS`, which can be made to stop halfway. */
export async function holdFile(path: string): Promise<HeldFile> {
  const bytes = await readFile(path);
  const name = basename(path);
  const sums = `${createHash("sha256").update(bytes).digest("hex")}  ${name}\n`;
  const asked: number[] = [];
  let held = true;
  const server = createServer((request, response) => {
    if (request.url === "/SHA256SUMS") return void response.end(sums);
    if (request.url !== `/${name}`) return void response.writeHead(404).end();
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    asked.push(from);
    response.writeHead(from === 0 ? 200 : 206, {
      etag: '"one"',
      "content-length": bytes.length - from,
      ...(from === 0 ? {} : { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
    });
    if (held) response.write(bytes.subarray(from, bytes.length / 2));
    else response.end(bytes.subarray(from));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    letGo: () => void (held = false),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
