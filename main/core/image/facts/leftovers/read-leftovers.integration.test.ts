import { open, type FileHandle } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readAccounts } from "#core/image/facts/accounts/read-accounts.ts";
import { readIdentity } from "#core/image/facts/identity.ts";
import { createFileTree, type FileTree } from "#core/image/filesystem/file-tree.ts";
import { recognise } from "#core/image/filesystem/recognise.ts";
import { withPageCache } from "#core/image/source/page-cache.ts";
import { createWorkshop, tool, type Workshop } from "#core/image/testing/disk-images.ts";
import type { MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { readLeftovers } from "./read-leftovers.ts";

const MiB = 1024 ** 2;
let workshop: Workshop;
let image: FileHandle | null = null;
beforeAll(async () => {
  workshop = await createWorkshop(nodeProcesses);
});
afterAll(async () => {
  await image?.close();
  await workshop[Symbol.asyncDispose]();
});

/** A real ext4, and how often it is read. */
async function openExt4(
  files: MemoryFiles,
  sizeBytes: number,
): Promise<{ tree: FileTree; reads: () => number }> {
  const path = await workshop.ext(
    "root.img",
    files,
    sizeBytes,
    "-t",
    "ext4",
    "-N",
    "20000",
    "-O",
    "dir_index",
  );
  const handle = await open(path);
  image = handle;
  let reads = 0;
  const disk = withPageCache({
    sizeBytes,
    read: async (offset, length) => {
      reads++;
      const buffer = Buffer.alloc(length);
      await handle.read(buffer, 0, length, offset);
      return buffer;
    },
  });
  const found = await recognise(disk);
  if (found?.open === null || found === null) throw new Error("not recognised");
  return { tree: createFileTree([{ path: "/", filesystem: await found.open() }]), reads: () => reads };
}

describe("traces on a real filesystem", () => {
  it("are found, and hundreds of homes cost little", { timeout: 60_000 }, async () => {
    await tool("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "x", "-f", workshop.path("open"));
    await tool("ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-C", "x", "-f", workshop.path("closed"));
    await tool(
      "ssh-keygen",
      "-q",
      "-t",
      "rsa",
      "-m",
      "PEM",
      "-N",
      "secret",
      "-C",
      "x",
      "-f",
      workshop.path("pem"),
    );
    const key = (name: string): Promise<string> => tool("cat", workshop.path(name));
    const homes = Object.fromEntries(
      Array.from({ length: 300 }, (_v, i) => [`/home/user-${i}/.bash_history`, "ls\n"]),
    );
    const { tree, reads } = await openExt4(
      {
        ...homes,
        "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\nme:x:1000:1000::/srv/me:/bin/sh\n",
        "/etc/shadow": "root:*:1::::::\nme:$6$salt$hash:1::::::\n",
        "/etc/machine-id": "0123456789abcdef0123456789abcdef\n",
        "/etc/sudoers.d/me": "me ALL=(ALL) NOPASSWD: ALL\n",
        "/root/.ssh/id_ed25519": await key("open"),
        "/srv/me/.ssh/id_ed25519": await key("closed"),
        "/srv/me/.ssh/id_rsa": await key("pem"),
        "/srv/me/.ssh/authorized_keys": await tool("cat", workshop.path("open.pub")),
        "/var/log/syslog": "x".repeat(1000),
        "/var/lib/dhcp/dhclient.eth0.leases": "lease {}\n",
        "/tmp/build/step": "x".repeat(5000),
      },
      64 * MiB,
    );
    const before = reads();
    const notes: string[] = [];
    const [leftovers, accounts, identity] = await Promise.all([
      readLeftovers(tree, notes),
      readAccounts(tree),
      readIdentity(tree),
    ]);
    expect(reads() - before).toBeLessThan(3000);
    const shown = leftovers.filter(({ kind }) => kind !== "shell-history");
    expect(shown.map(({ kind, path, detail }) => `${kind} ${path}: ${detail}`)).toEqual([
      "private-key /root/.ssh/id_ed25519: OpenSSH private key without a passphrase",
      "private-key /srv/me/.ssh/id_ed25519: OpenSSH private key with a passphrase",
      "private-key /srv/me/.ssh/id_rsa: RSA private key with a passphrase",
      "log /var/log/syslog: log",
      "temporary /tmp: build",
    ]);
    expect(leftovers.filter(({ kind }) => kind === "shell-history")).toHaveLength(40);
    expect(accounts).toEqual([{ user: "me", uid: 1000, password: "set", mayBecomeRoot: true }]);
    expect(identity).toMatchObject({
      machineId: "set",
      authorizedKeys: ["/srv/me/.ssh/authorized_keys"],
      dhcpState: ["/var/lib/dhcp/dhclient.eth0.leases"],
    });
  });
});
