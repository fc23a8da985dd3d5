import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Processes } from "#ports/processes.ts";

/** A Debian repository with one package on 127.0.0.1; a guest reaches it at 10.0.2.2. */
export interface PackageServer extends AsyncDisposable {
  /** A line of `sources.list`. */
  readonly source: string;
}

/** For tests: the package of this name holds one file, `/usr/share/<name>`. */
export async function servePackage(
  name: string,
  folder: string,
  processes: Processes,
): Promise<PackageServer> {
  const tree = join(folder, name);
  await mkdir(join(tree, "DEBIAN"), { recursive: true });
  await mkdir(join(tree, "usr/share"), { recursive: true });
  await writeFile(join(tree, "usr/share", name), "installed\n");
  const control = `Package: ${name}\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: for a test\n`;
  await writeFile(join(tree, "DEBIAN/control"), control);
  const path = join(folder, `${name}.deb`);
  await processes.run(["dpkg-deb", "--root-owner-group", "--build", tree, path]);
  const deb = await readFile(path);
  const sum = createHash("sha256").update(deb).digest("hex");
  const index = `${control}Filename: ./${name}.deb\nSize: ${deb.length}\nSHA256: ${sum}\n`;
  const server = createServer(({ url }, reply) => {
    const content =
      url === "/./Packages" || url === "/Packages" ? index : url?.endsWith(".deb") === true ? deb : null;
    reply.writeHead(content === null ? 404 : 200).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    source: `deb [trusted=yes] http://10.0.2.2:${port} ./`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
