import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeTerminals } from "#system/node-terminals.ts";
import { createGuestAccess } from "./guest-access.ts";
import { createTerminals, type Terminals } from "./terminals.ts";
import { startSshd, type RealSshd } from "./testing/real-sshd.ts";

let folder: string;
let sshd: RealSshd;
let terminals: Terminals;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "gs-terminals-")));
  sshd = await startSshd(folder);
  const secrets = new Map<string, string>();
  const guest = createGuestAccess({
    ports: {
      secrets: {
        kind: "file",
        detail: "",
        get: async (name) => secrets.get(name) ?? null,
        set: async (name, value) => void secrets.set(name, value),
        remove: async (name) => void secrets.delete(name),
      },
    },
    machines: { view: () => ({ name: "m", sshPort: sshd.port }) as never },
    folder,
  });
  await writeFile(join(sshd.home, ".ssh/authorized_keys"), `${await guest.publicKey("m1")}\n`);
  await guest.setUsername("m1", userInfo().username);
  terminals = createTerminals({ guest, host: nodeTerminals, folder: () => folder });
});
afterEach(async () => {
  terminals.closeAll();
  await sshd[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const { signal } = new AbortController();

/** Reads until the pattern was there; the reader then lets go. */
async function readUntil(terminalId: string, pattern: RegExp): Promise<string> {
  let text = "";
  for await (const piece of terminals.read(terminalId, signal)) {
    text += Buffer.from(piece).toString();
    if (pattern.test(text)) return text;
  }
  return text;
}

describe.each(["host", "ssh"] as const)("a terminal (%s)", (kind) => {
  it("is a shell with a size, whose output waits for its reader and ends with the shell", async () => {
    const terminalId = await terminals.open({ machineId: "m1", kind, columns: 91, rows: 17 }, signal);
    await terminals.write(terminalId, "exec sh\n");
    await terminals.write(terminalId, "PS1=; stty -echo; stty size; echo at=$PWD; echo re''ady\n");
    const seen = await readUntil(terminalId, /ready/);
    expect(seen).toMatch(/17 91/);
    if (kind === "host") expect(seen).toContain(`at=${folder}`);
    terminals.resize(terminalId, { columns: 120, rows: 40 });
    await terminals.write(terminalId, "stty size; echo re''sized\n");
    expect(await readUntil(terminalId, /resized/)).toMatch(/40 120/);
    // More than is kept for a reader: it comes whole, however late the reader.
    await terminals.write(terminalId, "head -c 2000000 /dev/zero | tr '\\0' x; echo; echo d''one; exit\n");
    await new Promise((resolve) => setTimeout(resolve, 300));
    const flood = await readUntil(terminalId, /done/);
    expect(flood.match(/x/g)?.length).toBe(2_000_000);
    for await (const _ of terminals.read(terminalId, signal));
    expect(() => terminals.resize("other", { columns: 80, rows: 24 })).toThrow(/closed/);
  });
});
