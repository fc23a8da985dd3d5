import { mkdir, readFile, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWorkshop, tool, type Workshop } from "#core/image/testing/disk-images.ts";
import { isoBytes, qcow2Bytes, vdiBytes, vhdBytes, vmdkBytes } from "#core/image/testing/image-headers.ts";
import { nodeProcesses } from "#system/node-processes.ts";

const repository = join(import.meta.dirname, "..", "..", "..", "..");
const program = join(import.meta.dirname, "..", "testing", "inspect-files.ts");
const processes = join(repository, "main", "system", "node-processes.ts");

let workshop: Workshop;
/** Images lie here; the programs' own files elsewhere. */
let images: string;
let home: string;

beforeAll(async () => {
  workshop = await createWorkshop(nodeProcesses);
  images = workshop.path("images");
  home = workshop.path("home");
  for (const folder of [images, home]) await mkdir(folder);
  await writeFile(join(images, "other.vmdk"), "the extent of somebody else");
});
afterAll(() => workshop[Symbol.asyncDispose]());

interface Answer {
  readonly path: string;
  readonly code?: string;
  readonly message?: string;
  readonly format?: string;
}

interface Trace {
  readonly answers: readonly Answer[];
  /** Every path that was opened, made, started or connected to, and that the programs do not need anyway. */
  readonly touched: readonly string[];
  readonly started: ReadonlySet<string>;
}

/** Inspects the files in a process under strace. */
async function traced(paths: readonly string[]): Promise<Trace> {
  const log = workshop.path("trace");
  const calls = "trace=open,openat,openat2,creat,connect,execve";
  const output = await tool(
    "strace",
    "-f",
    "-qq",
    "-s",
    "4096",
    "-e",
    calls,
    "-e",
    "signal=none",
    "-o",
    log,
    process.execPath,
    program,
    processes,
    home,
    ...paths,
  );
  const touched = new Set<string>();
  const started = new Set<string>();
  for (const line of (await readFile(log, "utf8")).split("\n")) {
    const [, call = "", rest = ""] = /^\d+\s+(\w+)\((.*)$/.exec(line) ?? [];
    const path = /"((?:[^"\\]|\\.)*)"/.exec(rest)?.[1];
    if (path === undefined) {
      if (call === "connect") touched.add(rest); // not a unix socket: must not be there
      continue;
    }
    if (call === "execve" && line.endsWith(" = 0")) started.add(path.split("/").at(-1) ?? "");
    if (!isNeeded(path)) touched.add(path);
  }
  const answers = output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Answer);
  return { answers, touched: [...touched].sort(), started };
}

/** Node, its modules, our sources, shared libraries, what the kernel tells about the process itself. */
const neededFolders = [
  `${dirname(process.execPath)}/`,
  ...["main/", "node_modules/", "package.json"].map((name) => join(repository, name)),
  "/usr/lib/",
  "/lib/",
  "/lib64/",
  "/usr/local/lib/",
  "/etc/ld.so.",
  "/usr/share/locale/",
  "/proc/self/",
  "/sys/",
  "/proc/meminfo",
  "/proc/stat",
  "/proc/cpuinfo",
  "/proc/version_signature",
  "/proc/sys/",
  "/proc/filesystems",
  "/proc/locks",
  "/dev/null",
  "/dev/urandom",
  "/etc/ssl/openssl.cnf",
  "/etc/gcrypt/",
  "/etc/localtime",
];
const isNeeded = (path: string): boolean =>
  neededFolders.some((folder) => path.startsWith(folder)) ||
  path.startsWith(`${home}/`) ||
  /^\/proc\/\d+\//.test(path) ||
  /\/(?:node|qemu-nbd|prlimit|setpriv)$/.test(path) ||
  [repository, "/", "."].includes(path) ||
  (path.endsWith("/package.json") && repository.startsWith(dirname(path)));

const hostile: readonly (readonly [name: string, bytes: Buffer, code: string])[] = [
  ["backing file", qcow2Bytes({ backingFile: "/etc/passwd" }), "image-refused"],
  [
    "backing address",
    qcow2Bytes({ backingFile: 'json:{"driver":"file","filename":"/etc/shadow"}' }),
    "image-refused",
  ],
  [
    "data file",
    qcow2Bytes({ extension: { type: 0x44415441, data: Buffer.from("/etc/passwd") } }),
    "image-refused",
  ],
  ["data file bit", qcow2Bytes({ incompatible: 4n }), "image-refused"],
  ["AES", qcow2Bytes({ crypt: 1 }), "image-refused"],
  ["LUKS", qcow2Bytes({ crypt: 2 }), "image-refused"],
  ["LUKS header", qcow2Bytes({ extension: { type: 0x0537be77, data: Buffer.alloc(16) } }), "image-refused"],
  ["unknown feature", qcow2Bytes({ incompatible: 1n << 40n }), "image-refused"],
  ["corrupt", qcow2Bytes({ incompatible: 2n }), "image-unreadable"],
  ["L1 past the end", qcow2Bytes({ l1Offset: 1n << 40n }), "image-unreadable"],
  ["huge L1", qcow2Bytes({ l1Entries: 0x7fff_ffff }), "image-refused"],
  ["huge refcount table", qcow2Bytes({ refcountClusters: 0x7fff_ffff }), "image-refused"],
  ["many snapshots", qcow2Bytes({ snapshots: 0x7fff_ffff }), "image-refused"],
  ["1 PB", qcow2Bytes({ virtualBytes: 1n << 50n }), "image-refused"],
  ["clusters of 2^31", qcow2Bytes({ clusterBits: 31 }), "image-refused"],
  ["flat extent", vmdkBytes({ extents: ['RW 16384 FLAT "/etc/passwd" 0'] }), "image-refused"],
  ["sparse extent elsewhere", vmdkBytes({ extents: ['RW 16384 SPARSE "/etc/passwd"'] }), "image-refused"],
  [
    "two extents",
    vmdkBytes({ extents: ['RW 8192 SPARSE "disk.vmdk"', 'RW 8192 SPARSE "other.vmdk"'] }),
    "image-refused",
  ],
  [
    "device",
    vmdkBytes({ createType: "fullDevice", extents: ['RW 16384 FLAT "/dev/sda" 0'] }),
    "image-refused",
  ],
  ["VMDK parent", vmdkBytes({ parent: "12345678" }), "image-refused"],
  [
    "monolithicFlat",
    Buffer.from(
      '# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\ncreateType="monolithicFlat"\nRW 16384 FLAT "other.vmdk" 0\n',
    ),
    "image-refused",
  ],
  ["VHD differencing", vhdBytes(4), "image-refused"],
  ["VDI differencing", differencingVdi(), "image-refused"],
  ["qcow2 and ISO", polyglot(), "image-refused"],
  ["qcow2 and MBR", withMbr(qcow2Bytes()), "image-refused"],
  ["gzip and MBR", withMbr(Buffer.concat([gzipSync("x"), Buffer.alloc(4096)])), "image-refused"],
  ["packed backing file", gzipSync(qcow2Bytes({ backingFile: "/etc/passwd" })), "image-refused"],
  ["bomb", gzipSync(Buffer.alloc(1100 * 1024 ** 2), { level: 9 }), "image-refused"],
];

function differencingVdi(): Buffer {
  const bytes = vdiBytes();
  bytes.writeUInt32LE(4, 76);
  return bytes;
}

function polyglot(): Buffer {
  const bytes = qcow2Bytes();
  isoBytes().copy(bytes, 16 * 2048, 16 * 2048, 19 * 2048);
  return bytes;
}

function withMbr(bytes: Buffer): Buffer {
  bytes.fill(0, 446, 510);
  bytes.writeUInt8(0x83, 450);
  bytes.writeUInt32LE(1, 454);
  bytes.writeUInt32LE(7, 458);
  bytes.writeUInt16LE(0xaa55, 510);
  return bytes;
}

/** What opening the image itself and unpacking it shows as. */
const outside = (touched: readonly string[]): string[] =>
  touched.filter((path) => !path.startsWith(`${images}/`));

describe("which files are opened", () => {
  it("for hostile images: the image, and no program is started", async () => {
    const paths: string[] = [];
    for (const [name, bytes] of hostile) {
      await writeFile(join(images, name), bytes);
      paths.push(join(images, name));
    }
    const { answers, touched, started } = await traced(paths);
    expect(
      Object.fromEntries(
        answers.map(({ path, code, message }) => [path.slice(images.length + 1), code ?? message]),
      ),
    ).toEqual(Object.fromEntries(hostile.map(([name, , code]) => [name, code])));
    expect([...touched].sort()).toEqual([...paths].sort());
    expect([...started]).toEqual([process.execPath.split("/").at(-1)]);
  });

  it("for what is no file: nothing", async () => {
    await tool("mkfifo", join(images, "pipe"));
    await symlink("loop", join(images, "loop"));
    const server = createServer().listen(join(images, "socket"));
    try {
      const names = ["json:{}", "nbd://127.0.0.1/x", "file:/etc/passwd"];
      const others = [
        "/dev/zero",
        images,
        join(images, "pipe"),
        join(images, "loop"),
        join(images, "socket"),
      ];
      const { answers, touched, started } = await traced([...names, ...others, join(images, "not there")]);
      expect(answers.map(({ code }) => code)).toEqual([
        "image-refused",
        "image-refused",
        "image-refused",
        "image-refused",
        "image-unreadable",
        "image-refused",
        "not-found",
        "image-refused",
        "not-found",
      ]);
      expect(touched).toEqual([]);
      expect(started.size).toBe(1);
    } finally {
      server.close();
    }
  });

  it("for healthy images: the image, by us and by qemu-nbd, whatever its name says", async () => {
    const raw = await workshop.ext("raw.img", { "/etc/os-release": "ID=traced\n" }, 8 * 1024 ** 2);
    const formats: [name: string, ...args: string[]][] = [
      ["qcow2, with a comma", "-O", "qcow2", "-o", "extended_l2=on"],
      ['json:{"driver":"file","filename":"other.vmdk"}', "-c", "-O", "qcow2", "-o", "compression_type=zstd"],
      ["nbd:127.0.0.1:10809", "-O", "vmdk"],
      ["two\nlines", "-O", "vmdk", "-o", "subformat=streamOptimized"],
      ["-f", "-O", "vhdx"],
      ["file:other.vmdk", "-O", "vpc"],
      ["fat:rw:.", "-O", "vdi"],
      ["raw", "-O", "raw"],
    ];
    const paths: string[] = [];
    for (const [index, [name, ...args]] of formats.entries()) {
      const made = workshop.path(`made-${index}`);
      await tool("qemu-img", "convert", "-f", "raw", ...args, raw, made);
      await tool("mv", made, join(images, name));
      paths.push(join(images, name));
    }
    const { answers, touched, started } = await traced(paths);
    expect(answers.map((answer) => answer.format ?? answer.message)).toEqual([
      "qcow2",
      "qcow2",
      "vmdk",
      "vmdk",
      "vhdx",
      "vhd",
      "vdi",
      "raw",
    ]);
    expect(outside(touched)).toEqual([]);
    const shown = paths.map((path) => path.replaceAll('"', '\\"').replaceAll("\n", "\\n"));
    expect([...touched].sort()).toEqual([...shown].sort());
    for (const name of started) expect(["node", "prlimit", "qemu-nbd", "setpriv"]).toContain(name);
  });

  it("for a sparse disk of 64 TiB: itself, at once", async () => {
    const path = join(images, "sparse");
    await writeFile(path, "");
    try {
      await truncate(path, 16 * 1024 ** 4 - 4096); // ext4 holds no more
    } catch {
      return; // this filesystem holds less
    }
    const startedMs = performance.now();
    const { answers, touched } = await traced([path]);
    expect(answers).toMatchObject([{ format: "raw" }]);
    expect(touched).toEqual([path]);
    expect(performance.now() - startedMs).toBeLessThan(30_000);
  });
});
