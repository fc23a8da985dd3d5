import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeProcesses } from "#system/node-processes.ts";

/** Where the root partition of the fixtures starts (`e2e/fixtures/debian-image.ts`). */
export const rootOffsetBytes = 75_776 * 512;

/** A copy of a fixture's raw disk; `await using` removes it. The file methods need an ext4 root without LVM. */
export interface MutableDisk extends AsyncDisposable {
  readonly path: string;
  readonly folder: string;
  readFile(path: string): Promise<Buffer>;
  /** Makes missing folders; replaces what is there. */
  writeFile(path: string, content: string | Uint8Array): Promise<void>;
  /** Adds a line at the end. */
  append(path: string, line: string): Promise<void>;
  /** Replaces text that must be there. */
  edit(path: string, from: string | RegExp, to: string): Promise<void>;
  link(path: string, target: string): Promise<void>;
  remove(...paths: string[]): Promise<void>;
  /** Names in a folder. */
  list(path: string): Promise<string[]>;
  writeBytes(offsetBytes: number, bytes: Uint8Array): Promise<void>;
  readBytes(offsetBytes: number, lengthBytes: number): Promise<Buffer>;
}

export async function copyDisk(fixturePath: string): Promise<MutableDisk> {
  const folder = await mkdtemp(join(tmpdir(), "goldsmith-disk-"));
  const path = join(folder, "disk.raw");
  // the holes stay holes
  await nodeProcesses.run(["cp", "--sparse=always", "--reflink=auto", fixturePath, path]);
  const filesystem = `${path}?offset=${rootOffsetBytes}`;
  let pieces = 0;

  /** debugfs answers 0 whatever happened; what it could not do is on standard error. */
  async function debugfs(commands: readonly string[]): Promise<string> {
    const script = join(folder, "commands");
    await writeFile(script, commands.join("\n"));
    const { stdout, stderr } = await nodeProcesses.run(["debugfs", "-w", "-f", script, filesystem]);
    const complaints = stderr.split("\n").filter((line) => line !== "" && !line.startsWith("debugfs 1."));
    const failure = [
      ...complaints,
      ...stdout.split("\n").filter((line) => /not found|Invalid|No such/.test(line)),
    ];
    if (failure.length > 0) throw new Error(`debugfs: ${failure.join("; ")}`);
    return stdout;
  }

  async function readFile(inside: string): Promise<Buffer> {
    const target = join(folder, `read-${pieces++}`);
    await debugfs([`dump ${inside} ${target}`]);
    await using file = await open(target);
    return file.readFile();
  }

  async function exists(inside: string): Promise<boolean> {
    const { stderr } = await nodeProcesses.run(["debugfs", "-R", `stat ${inside}`, filesystem]);
    return !stderr.includes("File not found");
  }

  async function folders(inside: string): Promise<string[]> {
    const names = inside.split("/").slice(1, -1);
    const missing: string[] = [];
    for (let depth = 1; depth <= names.length; depth++) {
      const parent = `/${names.slice(0, depth).join("/")}`;
      if (!(await exists(parent))) missing.push(`mkdir ${parent}`);
    }
    return missing;
  }

  async function writeInside(inside: string, content: string | Uint8Array): Promise<void> {
    const piece = join(folder, `piece-${pieces++}`);
    await writeFile(piece, content, { mode: 0o644 });
    const commands = await folders(inside);
    if (await exists(inside)) commands.push(`rm ${inside}`);
    await debugfs([...commands, `write ${piece} ${inside}`]);
  }

  return {
    path,
    folder,
    readFile,
    writeFile: writeInside,
    append: async (inside, line) => {
      const before = (await exists(inside)) ? (await readFile(inside)).toString("utf8") : "";
      await writeInside(inside, `${before}${before === "" || before.endsWith("\n") ? "" : "\n"}${line}\n`);
    },
    edit: async (inside, from, to) => {
      const before = (await readFile(inside)).toString("utf8");
      const after = before.replace(from, to);
      if (after === before) throw new Error(`${inside} does not have ${from.toString()}`);
      await writeInside(inside, after);
    },
    link: async (inside, target) => {
      const commands = await folders(inside);
      if (await exists(inside)) commands.push(`rm ${inside}`);
      await debugfs([...commands, `symlink ${inside} ${target}`]);
    },
    remove: async (...paths) => {
      await debugfs(paths.map((inside) => `rm ${inside}`));
    },
    list: async (inside) => {
      const { stdout } = await nodeProcesses.run(["debugfs", "-R", `ls -p ${inside}`, filesystem]);
      return stdout
        .split("\n")
        .map((line) => line.split("/")[5] ?? "")
        .filter((name) => name !== "" && name !== "." && name !== "..");
    },
    writeBytes: async (offsetBytes, bytes) => {
      await using file = await open(path, "r+");
      await file.write(bytes, 0, bytes.length, offsetBytes);
    },
    readBytes: async (offsetBytes, lengthBytes) => {
      await using file = await open(path);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(lengthBytes), 0, lengthBytes, offsetBytes);
      return buffer.subarray(0, bytesRead);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
