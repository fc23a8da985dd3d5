import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { publishedSchema } from "#contract/json-schemas.ts";
import { createWorkshop, tool, type Workshop } from "#core/image/testing/disk-images.ts";
import { createNodePorts } from "#system/node-ports.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { commands } from "./commands.ts";
import { runCli } from "./run-cli.ts";
import { openSession } from "./session.ts";
import type { Sink } from "./terminal/output.ts";

const MiB = 1024 ** 2;
const program = new URL("./main.ts", import.meta.url).pathname;
const execute = promisify(execFile);
let workshop: Workshop;
let image = "";

beforeAll(async () => {
  workshop = await createWorkshop(nodeProcesses);
  const files = {
    "etc/os-release": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian \u001b[31m12"\n',
    "etc/fstab": "UUID=c1fbc91d-f2b4-4dbe-8113-76d48ea69553 / ext4 defaults 0 1\n",
    "etc/binary": Buffer.from([1, 2, 0, 255, 27]),
    "etc/escape": "one\u001b[2Jtwo\n",
    "usr/bin/thing": { link: "../../etc/fstab" },
  };
  const raw = await workshop.ext("disk.raw", files, 64 * MiB, "-t", "ext4");
  image = workshop.path("disk.qcow2");
  await tool("qemu-img", "convert", "-O", "qcow2", raw, image);
});
afterAll(() => workshop[Symbol.asyncDispose]());

interface Run {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** In this process, as the program does it: to start one takes longer than all the rest. */
async function goldsmith(...argv: string[]): Promise<Run> {
  const written = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const sink = (name: keyof typeof written): Sink => ({
    write: (content, done) => {
      written[name].push(Buffer.from(content as string));
      done?.();
    },
  });
  const code = await runCli(
    {
      argv,
      stdout: sink("stdout"),
      stderr: sink("stderr"),
      env: {},
      signal: new AbortController().signal,
      prompt: {
        canAsk: false,
        confirm: async () => false,
        secret: async () => "",
        lines: async () => [],
      },
      createPorts: () => createNodePorts({ home: workshop.path("home") }),
      openSession,
    },
    commands,
  );
  return { code, stdout: Buffer.concat(written.stdout), stderr: Buffer.concat(written.stderr).toString() };
}

/** A process of its own, in the workshop's folder. */
async function runProgram(...args: string[]): Promise<Run> {
  const env = { ...process.env, GOLDSMITH_HOME: workshop.path("home") };
  const options = { env, cwd: workshop.folder, encoding: "buffer" as const };
  const { stdout, stderr } = await execute(process.execPath, [program, ...args], options);
  return { code: 0, stdout, stderr: stderr.toString() };
}

const json = ({ stdout }: Run): unknown => JSON.parse(stdout.toString());
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

describe("documents of a real image", () => {
  it.each(["inspect", "check"] as const)("%s --json fits its published schema", async (command) => {
    const run = await goldsmith(command, "--json", image, workshop.path("nowhere.img"), workshop.folder);
    expect(run).toMatchObject({ code: 3, stderr: "" });
    expect(run.stdout.toString()).not.toMatch(obeyed);
    const validate = new Ajv2020({ allErrors: true }).compile(publishedSchema(command));
    expect(validate(json(run)), JSON.stringify(validate.errors)).toBe(true);
    const { files } = json(run) as { files: { path: string; error?: { code: string } | null }[] };
    expect(files.map(({ path, error }) => [path, error?.code ?? null])).toEqual([
      [image, null],
      [workshop.path("nowhere.img"), "not-found"],
      [workshop.folder, "image-unreadable"],
    ]);
  });

  it("facts are of the image that was given", async () => {
    const { files } = json(await goldsmith("inspect", "--json", image)) as {
      files: { facts: Record<string, unknown> }[];
    };
    expect(files[0]?.facts).toMatchObject({
      format: "qcow2",
      virtualBytes: 64 * MiB,
      partitionTable: "none",
    });
  });
});

describe("strange names", () => {
  it("are read, and printed harmlessly", async () => {
    const names = [
      "-dash.img",
      "--json",
      "two\nlines.img",
      "esc\u001b[2J.img",
      "colon:/x.img",
      "ünï 日本.img",
    ];
    await mkdir(workshop.path("colon:"), { recursive: true });
    for (const name of names) await copyFile(image, workshop.path(name));
    const { stdout, stderr } = await runProgram("inspect", "--", ...names);
    expect(stderr).toBe("");
    expect(stdout.toString().match(/Format +qcow2/g)).toHaveLength(names.length);
    expect(stdout.toString().replaceAll("\n", "")).not.toMatch(obeyed);
    for (const name of names) {
      const listed = await goldsmith("ls", "--", `${workshop.path(name)}:/etc`);
      expect(listed.stdout.toString(), listed.stderr).toBe("binary\nescape\nfstab\nos-release\n");
    }
  });

  it("what is no file is answered in words at once", async () => {
    await tool("mkfifo", workshop.path("pipe"));
    for (const path of [workshop.path("pipe"), "/dev/null", workshop.folder]) {
      const run = await goldsmith("check", path);
      expect(run.code).toBe(3);
      expect(run.stdout.toString()).toMatch(/is a (device|folder)/);
    }
    expect((await goldsmith("check", "-")).code).toBe(2);
    expect((await goldsmith("inspect")).code).toBe(2);
  });

  it.skipIf(process.getuid?.() === 0)("a file without permission is answered in words", async () => {
    await writeFile(workshop.path("secret.img"), "x", { mode: 0 });
    const run = await goldsmith("inspect", workshop.path("secret.img"));
    expect(run.code).toBe(3);
    expect(run.stdout.toString()).toContain("no right to read");
  });
});

describe("a look inside", () => {
  it("prints bytes as they are into a pipe", async () => {
    expect((await goldsmith("cat", `${image}:/etc/binary`)).stdout).toEqual(Buffer.from([1, 2, 0, 255, 27]));
    expect((await goldsmith("cat", `${image}:/usr/bin/thing`)).stdout.toString()).toContain("UUID=c1fb");
  });

  it("lists with permissions, sizes and targets", async () => {
    const long = await goldsmith("ls", "-l", `${image}:/usr/bin`);
    expect(long.stdout.toString()).toMatch(/^lrwxrwxrwx +15 B {2}thing -> \.\.\/\.\.\/etc\/fstab\n$/);
    const entries = json(await goldsmith("ls", "--json", `${image}:/usr/bin/thing`));
    expect(entries).toEqual({
      schemaVersion: 1,
      path: image,
      inside: "/usr/bin/thing",
      entries: [{ name: "thing", kind: "symlink", sizeBytes: 15, mode: "0777", target: "../../etc/fstab" }],
    });
  });

  it("tells by its exit code whether the image or the path is at fault", async () => {
    expect((await goldsmith("cat", `${image}:/nope`)).code).toBe(1);
    expect((await goldsmith("cat", `${image}:/etc`)).code).toBe(1);
    expect((await goldsmith("ls", `${image}:@7/`)).code).toBe(1);
    expect((await goldsmith("cat", `${workshop.path("nowhere.img")}:/etc`)).code).toBe(3);
    expect((await goldsmith("cat", image, "--partition", "x")).code).toBe(2);
  });

  it("refuses binary on a terminal and shows what a terminal would obey", async () => {
    const onTerminal = async (...args: string[]): Promise<{ code: unknown; text: string }> => {
      // script(1) gives the program a terminal.
      const words = [process.execPath, program, ...args].map((word) => `'${word}'`).join(" ");
      const child = spawn("script", ["-qec", words, "/dev/null"], {
        env: { ...process.env, GOLDSMITH_HOME: workshop.path("home") },
        stdio: ["ignore", "pipe", "inherit"],
      });
      let text = "";
      child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
      const [code] = await once(child, "close");
      return { code, text };
    };
    const refused = await onTerminal("cat", `${image}:/etc/binary`);
    expect(refused.code).toBe(2);
    expect(refused.text).toContain("is binary");
    const shown = await onTerminal("cat", `${image}:/etc/escape`);
    expect(shown.text).toBe("one\\x1b[2Jtwo\r\n");
  });
});

it("writes the documents beside its words", async () => {
  const run = await goldsmith(
    "check",
    image,
    "--sarif",
    workshop.path("out.sarif"),
    "--junit",
    workshop.path("out.xml"),
    "--for",
    "kvm",
  );
  expect(run.stderr).toContain("out.sarif");
  expect(JSON.parse(await readFile(workshop.path("out.sarif"), "utf8"))).toMatchObject({ version: "2.1.0" });
  expect(await readFile(workshop.path("out.xml"), "utf8")).toContain("disk.qcow2 at Any KVM cloud");
  expect((await goldsmith("check", image, "--html", image)).code).toBe(2);
});
