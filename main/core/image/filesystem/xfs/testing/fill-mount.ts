import { constants } from "node:fs";
import {
  chmod,
  copyFile,
  link,
  mkdir,
  mkdtemp,
  open,
  rm,
  symlink,
  truncate,
  unlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { tool } from "#core/image/testing/disk-images.ts";

const numbers = (count: number): number[] => Array.from({ length: count }, (_value, index) => index);

/** Every form that XFS has for folders, files, links and attributes, where blocks are 1 or 4 KiB. */
export async function fillMount(folder: string, options: { names: number }): Promise<void> {
  const at = (name: string): string => join(folder, name);
  for (const name of ["short", "block", "leaf", "node", "big", "etc", "empty"]) await mkdir(at(name));
  await writeFile(at("etc/os-release"), "ID=all-forms\n");
  for (const index of numbers(4)) await writeFile(at(`short/f${index}`), `${index}`);
  await chmod(at("short/f1"), 0o4755);
  await chmod(at("short/f2"), 0o600);
  for (const index of numbers(30)) await link(at("short/f3"), at(`block/file-${index}`));
  for (const index of numbers(60)) await link(at("short/f3"), at(`leaf/leaf-file-${index}`));
  for (const index of numbers(900))
    await link(at("short/f3"), at(`node/node-file-with-a-long-name-${index}`));
  // whole blocks of names go: a hole in the folder
  for (const index of numbers(300)) await unlink(at(`node/node-file-with-a-long-name-${index + 100}`));
  for (const index of numbers(options.names)) {
    await link(at("short/f3"), at(`big/a-name-in-a-really-large-folder-${index}`));
    // a file between its blocks: the folder is scattered
    if (index % 60 === 0) await writeSynced(at(`etc/between-${index}`), "b".repeat(1500));
  }
  await fillLinks(at);
  await fillFiles(at);
  await fillAttributes(at);
}

type At = (name: string) => string;

async function fillLinks(at: At): Promise<void> {
  await symlink("short/f0", at("fast"));
  await symlink(`${"etc/../".repeat(60)}short/f0`, at("middle"));
  await symlink(`${"etc/../".repeat(140)}short/f0`, at("slow"));
  await writeFile(at("n".repeat(255)), "long");
  await writeFile(at("ünïcode ☂ file"), "u");
  await tool("mkfifo", at("pipe"));
}

async function fillFiles(at: At): Promise<void> {
  const lines = Buffer.from(numbers(12_000).join("\n"));
  await writeFile(at("lines"), lines);
  await copyFile(at("lines"), at("reflink"), constants.COPYFILE_FICLONE);
  await patch(at("reflink"), [8192]);
  await writeFile(at("sparse"), "");
  await truncate(at("sparse"), 40 * 1024 ** 2 + 77);
  await patch(at("sparse"), [0, 5 * 4096, 20_000_000]);
  await tool("fallocate", "-l", "200000", at("unwritten"));
  await patch(at("unwritten"), [28_672]);
  await patch(
    at("scattered"),
    numbers(1500).map((index) => index * 8192),
  );
}

async function writeSynced(path: string, text: string): Promise<void> {
  await using file = await open(path, "w");
  await file.write(text);
  await file.sync();
}

/** Writes a short text at each place. */
async function patch(path: string, offsets: readonly number[]): Promise<void> {
  await using file = await open(path, constants.O_CREAT | constants.O_RDWR);
  for (const offset of offsets) await file.write(`text at ${offset}`, offset);
  await file.sync();
}

async function fillAttributes(at: At): Promise<void> {
  const lines: string[] = [];
  const file = (path: string): number => lines.push("", `# file: ${at(path)}`);
  const set = (name: string, value: string): number => lines.push(`${name}="${value}"`);
  file("etc/os-release");
  set("security.selinux", "system_u:object_r:etc_t:s0");
  file("short/f0");
  set("user.small", "v");
  file("short/f1");
  for (const index of numbers(9)) set(`user.attr${index}`, `value ${index} `.repeat(6));
  file("short/f2");
  set("user.remote", "r".repeat(3000));
  file("lines");
  for (const index of numbers(90)) set(`trusted.attr${index}`, `value ${index} `.repeat(6));
  set("user.attr7", "the same name elsewhere");
  set("user.remote", "q".repeat(60_000));
  const dump = join(await mkdtemp(join(tmpdir(), "gs-attr-")), "dump");
  try {
    await writeFile(dump, `${lines.join("\n")}\n`);
    await tool("setfattr", `--restore=${dump}`);
  } finally {
    await rm(dirname(dump), { recursive: true });
  }
}
