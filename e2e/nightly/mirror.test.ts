import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openDebianArchive } from "./debian-archive.ts";
import { startMirror, type Mirror } from "./mirror.ts";

let folder: string;
let asked: string[];
let mirror: Mirror;
/** So many answers from now on end in the middle. */
let breaks = 0;
const archive = createServer((request, response) => {
  asked.push(request.url ?? "");
  if (breaks > 0) {
    breaks -= 1;
    response.writeHead(200, { "content-length": 9 });
    response.write("a pa", () => response.destroy());
  } else if (request.url === "/debian/pool/main/a.deb") response.end("a package");
  else if (request.url === "/debian/dists/trixie/InRelease") response.end("signed by Debian");
  else response.writeHead(404).end();
});

beforeEach(async () => {
  asked = [];
  folder = await mkdtemp(join(tmpdir(), "gs-mirror-"));
  await new Promise<void>((resolve) => archive.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(archive.address() as AddressInfo).port}/debian`;
  const made = join(folder, "made.udeb");
  await writeFile(made, "a udeb");
  mirror = await startMirror(
    { debian: openDebianArchive(base, join(folder, "cache")) },
    {
      texts: new Map([["dists/wrapped/Release", Buffer.from("ours")]]),
      files: new Map([["pool/made/x.udeb", made]]),
      made: [],
      missing: [],
    },
  );
});
afterEach(async () => {
  await mirror[Symbol.asyncDispose]();
  await new Promise((resolve) => archive.close(resolve));
  await rm(folder, { recursive: true });
});

const get = async (path: string): Promise<string> => {
  const response = await fetch(`http://127.0.0.1:${mirror.port}/${path}`);
  return `${response.status} ${await response.text()}`;
};

it("gives its own suite itself, and everything else as the archive has it", async () => {
  expect(await get("debian/dists/wrapped/Release")).toBe("200 ours");
  expect(await get("debian/pool/made/x.udeb")).toBe("200 a udeb");
  expect(asked).toEqual([]);
  expect(await get("debian/dists/trixie/InRelease")).toBe("200 signed by Debian");
});

it("downloads a package once, and keeps nothing of one that is not there", async () => {
  expect(await Promise.all([get("debian/pool/main/a.deb"), get("debian/pool/main/a.deb")])).toEqual([
    "200 a package",
    "200 a package",
  ]);
  expect(await get("debian/pool/main/a.deb")).toBe("200 a package");
  expect(asked).toEqual(["/debian/pool/main/a.deb"]);
  expect(await get("debian/pool/main/gone.udeb")).toBe("404 ");
  expect(mirror.refused).toEqual([
    expect.stringMatching(/^\/debian\/pool\/main\/gone\.udeb: .*answers 404$/),
  ]);
  expect(await readdir(join(folder, "cache"))).toHaveLength(1);
});

it("asks again where the archive breaks off, and keeps no part of a package", async () => {
  breaks = 2;
  expect(await get("debian/pool/main/a.deb")).toBe("200 a package");
  expect(asked).toHaveLength(3);
  expect(await readdir(join(folder, "cache"))).toHaveLength(1);
});

it("answers for no other archive, and for nothing above one", async () => {
  expect(await get("ubuntu/dists/x")).toBe("404 ");
  expect(await get("debian/pool/%2e%2e/%2e%2e/etc")).toBe("404 ");
  expect(asked).toEqual([]);
});
