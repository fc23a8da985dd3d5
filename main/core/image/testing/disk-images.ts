import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, open, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { BlockDevice } from "#core/image/source/block-device.ts";
import { assertInside } from "#core/image/source/block-device.ts";
import type { Ports } from "#ports/ports.ts";
import type { Processes } from "#ports/processes.ts";
import type { MemoryFiles } from "./memory-filesystem.ts";

const execute = promisify(execFile);
const environment = {
  ...process.env,
  PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`,
  LC_ALL: "C.UTF-8",
};

/** Runs a system tool and answers its standard output. */
export async function tool(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await execute(program, args, { env: environment, maxBuffer: 256 * 1024 ** 2 });
  return stdout;
}

/** A folder of the test's own, with ports that live in it. `await using` removes it. */
export interface Workshop extends AsyncDisposable {
  readonly folder: string;
  readonly ports: Pick<Ports, "processes" | "directories">;
  path(name: string): string;
  /** Writes files, folders and links below `name`. */
  writeFiles(name: string, files: MemoryFiles): Promise<string>;
  /** A bare ext filesystem holding the files. `args` go to mke2fs. */
  ext(name: string, files: MemoryFiles, sizeBytes: number, ...args: string[]): Promise<string>;
  sparse(name: string, sizeBytes: number): Promise<string>;
}

const zeros = Buffer.alloc(1024 ** 2);

/** Writes a program's output into a file, with holes where it is zeros. */
export async function unpackSparse(program: string, args: readonly string[], target: string): Promise<void> {
  await using file = await open(target, "w");
  // nothing may be awaited before stdout is read: Node throws away what an ended child has written
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const closed = once(child, "close");
  let at = 0;
  for await (const chunk of child.stdout) {
    const bytes: Buffer = Buffer.from(chunk);
    const isHole = bytes.length <= zeros.length && bytes.equals(zeros.subarray(0, bytes.length));
    if (!isHole) await file.write(bytes, 0, bytes.length, at);
    at += bytes.length;
  }
  await file.truncate(at);
  const [code] = await closed;
  if (code !== 0) throw new Error(`${program} failed on ${args.join(" ")}`);
}

export async function createWorkshop(processes: Processes): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), "gs-img-"));
  const directories = { data: folder, cache: folder, runtime: folder, resources: folder };
  const path = (name: string): string => join(folder, name);

  async function writeFiles(name: string, files: MemoryFiles): Promise<string> {
    await rm(path(name), { recursive: true, force: true });
    await mkdir(path(name), { recursive: true });
    for (const [inside, value] of Object.entries(files)) {
      const target = join(path(name), inside);
      await mkdir(value === null ? target : dirname(target), { recursive: true });
      if (typeof value === "string" || Buffer.isBuffer(value)) await writeFile(target, value);
      else if (value !== null && "link" in value) await symlink(value.link, target);
    }
    return path(name);
  }

  async function sparse(name: string, sizeBytes: number): Promise<string> {
    await writeFile(path(name), "");
    await truncate(path(name), sizeBytes);
    return path(name);
  }

  return {
    folder,
    ports: { processes, directories },
    path,
    writeFiles,
    sparse,
    ext: async (name, files, sizeBytes, ...args) => {
      const from = await writeFiles(`${name}.files`, files);
      await sparse(name, sizeBytes);
      await tool("mke2fs", "-q", "-F", ...args, "-d", from, path(name));
      return path(name);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A device over bytes in memory. */
export const memoryDevice = (bytes: Buffer): BlockDevice => ({
  sizeBytes: bytes.length,
  read: async (offsetBytes, lengthBytes) => {
    assertInside({ sizeBytes: bytes.length }, offsetBytes, lengthBytes);
    return bytes.subarray(offsetBytes, offsetBytes + lengthBytes);
  },
});
