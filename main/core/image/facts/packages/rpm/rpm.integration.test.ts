import { readFile, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readPackages } from "#core/image/facts/packages/packages.ts";
import { createWorkshop, tool, type Workshop } from "#core/image/testing/disk-images.ts";
import { createMemoryTree } from "#core/image/testing/memory-filesystem.ts";
import { nodeProcesses } from "#system/node-processes.ts";

const subpackages = 12;
const subpackage = (name: string, more: string): string =>
  `%package -n ${name}\nSummary: s\n${more}\n%description -n ${name}\nd\n%files -n ${name}\n`;

/** A header of 150 KB (many files), one with an epoch, one name twice, some small ones. */
const spec = (version: string): string => `Name: cloud-init
Version: ${version}
Release: 7.el9
Summary: s
License: l
BuildArch: noarch
%description
d
%install
mkdir -p %{buildroot}/big
for i in $(seq 1 1500); do : > %{buildroot}/big/a-file-with-a-rather-long-name-$i; done
%files
/big
${subpackage("grub2-tools", "Epoch: 1\nVersion: 2.06")}
${Array.from({ length: subpackages }, (_v, index) => subpackage(`sub${index}`, "")).join("")}`;

let workshop: Workshop;
/** Packages in the order they were installed: number and header. */
let blobs: { number: number; blob: Buffer }[];
/** What rpm itself says: `name version`. */
let listed: string[];

beforeAll(async () => {
  workshop = await createWorkshop(nodeProcesses);
  const root = workshop.path("root");
  const database = ["--root", root, "--dbpath", "/var/lib/rpm", "--define", "_db_backend sqlite"];
  await tool("rpm", ...database, "--initdb");
  const top = workshop.path("build");
  await workshop.writeFiles("specs", { "a.spec": spec("23.4") });
  const defines = ["--define", `_topdir ${top}`, "--define", "_binary_payload w0.gzdio"];
  await tool("rpmbuild", "--quiet", "-bb", "--nodeps", ...defines, workshop.path("specs/a.spec"));
  const folder = `${top}/RPMS/noarch`;
  const files = (await tool("ls", folder))
    .trim()
    .split("\n")
    .map((name) => `${folder}/${name}`);
  await tool("rpm", ...database, "-i", "--justdb", "--nodeps", "--noscripts", ...files);
  const query = await tool("rpm", ...database, "-qa", "--qf", "%{NAME} %{EVR}\\n");
  listed = query.trim().split("\n").sort();
  const sqlite = new DatabaseSync(`${root}/var/lib/rpm/rpmdb.sqlite`, { readOnly: true });
  blobs = sqlite
    .prepare("SELECT hnum, blob FROM Packages ORDER BY hnum")
    .all()
    .map((row) => ({ number: Number(row["hnum"]), blob: Buffer.from(row["blob"] as Uint8Array) }));
  sqlite.close();
});
afterAll(() => workshop[Symbol.asyncDispose]());

async function expectAll(path: string, bytes: Buffer, database: string): Promise<void> {
  const packages = await readPackages(createMemoryTree({ [path]: bytes }));
  expect(packages?.facts).toEqual({ manager: "rpm", database, installedCount: listed.length });
  expect(listed).toHaveLength(subpackages + 2);
  expect(listed).toContain("cloud-init 23.4-7.el9");
  expect(listed).toContain("grub2-tools 1:2.06-7.el9");
  for (const line of listed) {
    const [name = "", version] = line.split(" ");
    expect(await packages?.versionOf(name)).toBe(version);
  }
  expect(await packages?.versionOf("cloud")).toBeNull();
}

describe("readPackages on rpm's databases", () => {
  it("reads SQLite as rpm wrote it", async () => {
    const bytes = await readFile(workshop.path("root/var/lib/rpm/rpmdb.sqlite"));
    await expectAll("/usr/lib/sysimage/rpm/rpmdb.sqlite", bytes, "sqlite");
  });

  it.each([
    ["little-endian", "1234", 4096],
    ["big-endian", "4321", 512],
  ])(
    "reads a Berkeley DB hash, %s, as db_load wrote it and rpm reads it",
    async (_name, order, pageBytes) => {
      const key = (number: number): string => {
        const bytes = Buffer.alloc(4);
        if (order === "1234") bytes.writeUInt32LE(number);
        else bytes.writeUInt32BE(number);
        return bytes.toString("hex");
      };
      const head = [
        "VERSION=3",
        "format=bytevalue",
        "type=hash",
        `db_lorder=${order}`,
        `db_pagesize=${pageBytes}`,
      ];
      const pairs = blobs.flatMap(({ number, blob }) => [` ${key(number)}`, ` ${blob.toString("hex")}`]);
      const counter = [` ${key(0)}`, ` ${key(blobs.length + 1)}`];
      const dump = workshop.path(`dump-${order}`);
      await writeFile(dump, [...head, "HEADER=END", ...counter, ...pairs, "DATA=END", ""].join("\n"));
      await workshop.writeFiles(`bdb-${order}/var/lib/rpm`, {});
      const target = workshop.path(`bdb-${order}/var/lib/rpm/Packages`);
      await tool("db_load", "-f", dump, target);
      const root = ["--root", workshop.path(`bdb-${order}`), "--dbpath", "/var/lib/rpm"];
      const query = await tool(
        "rpm",
        ...root,
        "--define",
        "_db_backend bdb_ro",
        "-qa",
        "--qf",
        "%{NAME} %{EVR}\\n",
      );
      expect(query.trim().split("\n").sort()).toEqual(listed);
      await expectAll("/var/lib/rpm/Packages", await readFile(target), "bdb");
    },
  );

  it("reads ndb, laid out as rpm's rpmpkg.c writes it", async () => {
    await expectAll("/usr/lib/sysimage/rpm/Packages.db", ndbOf(blobs), "ndb");
  });
});

/** Debian's rpm has no ndb: header of 32 bytes, one page of slots, then the blobs, each with head and tail. */
function ndbOf(packages: typeof blobs): Buffer {
  const page = Buffer.alloc(4096);
  page.write("RpmP");
  page.writeUInt32LE(7, 8);
  page.writeUInt32LE(1, 12);
  page.writeUInt32LE(packages.length + 1, 16);
  for (let at = 32; at < 4096; at += 16) page.write("Slot", at);
  const parts = [page];
  let block = 256;
  packages.forEach(({ number, blob }, index) => {
    const slot = 32 + index * 32; // every other slot is free, as after a removal
    const head = Buffer.alloc(16);
    head.write("BlbS");
    head.writeUInt32LE(number, 4);
    head.writeUInt32LE(blob.length, 12);
    const bytes = Buffer.concat([head, blob, Buffer.alloc(12 + ((16 - ((blob.length + 28) % 16)) % 16), 1)]);
    page.writeUInt32LE(number, slot + 4);
    page.writeUInt32LE(block, slot + 8);
    page.writeUInt32LE(bytes.length / 16, slot + 12);
    parts.push(bytes);
    block += bytes.length / 16;
  });
  return Buffer.concat(parts);
}
