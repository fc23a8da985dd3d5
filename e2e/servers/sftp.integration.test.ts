import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createHash, randomBytes } from "node:crypto";
import { truncateSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { testStagingStore, type StagingTarget } from "#staging/conformance.ts";
import { startCountingProxy } from "#staging/counting-proxy.ts";
import { chunkBytes, chunksInFlight } from "#staging/sftp/chunk-writer.ts";
import { readHostKey } from "#staging/sftp/read-host-key.ts";
import type { SftpAccess } from "#staging/sftp/sftp-access.ts";
import { createSftpStore } from "#staging/sftp/sftp-store.ts";
import type { StagingStore, StagingUpload } from "#staging/staging-store.ts";
import { nginxMissing, startNginx, type Nginx } from "./nginx.ts";
import { sshdMissing, startSshd, type Sshd } from "./sshd.ts";

const execute = promisify(execFile);
const missing = (await sshdMissing()) ?? (await nginxMissing());
const retry = { attempts: 5, firstDelayMs: 20 };
const MiB = 1024 * 1024;
const windowBytes = chunkBytes * chunksInFlight;
const signal = new AbortController().signal;

const accessTo = (server: Sshd, directory: string): SftpAccess => ({
  kind: "sftp",
  host: "127.0.0.1",
  port: server.port,
  username: server.username,
  directory,
  publicUrlTemplate: null,
  hostKeySha256: server.hostKeySha256,
  auth: "key",
  keyPath: server.lockedKeyPath,
  secret: server.passphrase,
  agentSocket: null,
});

/** A web server's folder: others may pass through it, as they may through /var/www. */
async function webFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "goldsmith-www-"));
  await chmod(folder, 0o711);
  return folder;
}

async function target(server: Sshd, web: Nginx, folder: string): Promise<StagingTarget> {
  const access = { ...accessTo(server, folder), publicUrlTemplate: `${web.endpoint}/{key}` };
  const wrongPassphrase = "not-the-passphrase-0123456789";
  const open = (change: Partial<SftpAccess>): StagingStore =>
    createSftpStore({ ...access, ...change }, { retry });
  return {
    endpoint: `tcp://127.0.0.1:${server.port}`,
    // Heads of 32 KiB packets, and where nothing is hashed over there, the requests to read all of it back.
    interruption: { resentBytes: windowBytes, overheadBytes: MiB },
    open: (endpoint) => open({ port: Number(new URL(endpoint).port) }),
    wrong: () => [
      {
        what: "passphrase",
        store: open({ secret: wrongPassphrase }),
        code: "unauthorized",
        secret: wrongPassphrase,
      },
      { what: "key", store: open({ keyPath: server.strangerKeyPath }), code: "unauthorized", secret: null },
      {
        what: "folder",
        store: open({ directory: `${folder}/gone` }),
        code: "staging-failed",
        secret: server.passphrase,
      },
      { what: "port", store: open({ port: 9 }), code: "network", secret: server.passphrase },
    ],
    close: async () => {},
  };
}

describe.skipIf(missing !== null)(missing ?? "SFTP", () => {
  let full: Sshd;
  let sftpOnly: Sshd;
  let web: Nginx;
  let folder: string;
  beforeAll(async () => {
    folder = await webFolder();
    full = await startSshd();
    sftpOnly = await startSshd({ sftpOnly: true });
    web = await startNginx(folder);
  });
  afterAll(async () => {
    await full?.close();
    await sftpOnly?.close();
    await web?.close();
    await rm(folder, { recursive: true, force: true });
  });

  testStagingStore("SFTP with a shell", () => target(full, web, folder));
  testStagingStore("SFTP without a shell", () => target(sftpOnly, web, folder));

  describe("a server of SFTP", () => {
    let home: string;
    beforeAll(async () => {
      home = await mkdtemp(join(tmpdir(), "goldsmith-sftp-"));
    });
    afterEach(async () => {
      for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
    });
    afterAll(() => rm(home, { recursive: true, force: true }));
    const open = (server: Sshd, change: Partial<SftpAccess> = {}): StagingStore =>
      createSftpStore({ ...accessTo(server, folder), ...change }, { retry });
    async function upload(content: Buffer, more: Partial<StagingUpload> = {}): Promise<StagingUpload> {
      const path = join(home, "file");
      await writeFile(path, content);
      const ignore = { onUploadId: async () => {}, onProgress: () => {} };
      const file = { key: "goldsmith/0123/a.qcow2", path, sizeBytes: content.length, contentType: "a/b" };
      return { ...file, resume: null, ...ignore, signal, ...more };
    }

    it("is not spoken to before its key is accepted, nor when it is another one", async () => {
      expect(await readHostKey({ host: "127.0.0.1", port: full.port }, signal)).toEqual({
        sha256: full.hostKeySha256,
        type: "ssh-ed25519",
      });
      await expect(open(full, { hostKeySha256: null }).probe(signal)).rejects.toMatchObject({
        code: "untrusted-host",
        details: { hostKeySha256: full.hostKeySha256 },
      });
      await expect(open(full, { hostKeySha256: sftpOnly.hostKeySha256 }).probe(signal)).rejects.toMatchObject(
        {
          code: "untrusted-host",
          details: { hostKeySha256: full.hostKeySha256, acceptedSha256: sftpOnly.hostKeySha256 },
        },
      );
    });

    it.each([
      ["with a shell", () => full],
      ["without a shell", () => sftpOnly],
    ])("%s goes on for another process, and OpenSSH's client reads the same", async (_name, server) => {
      const content = randomBytes(24 * MiB);
      const proxy = await startCountingProxy(`tcp://127.0.0.1:${server().port}`);
      try {
        const at = { port: Number(new URL(proxy.endpoint).port) };
        const ids: string[] = [];
        const stop = new AbortController();
        const killed = open(server(), at).upload(
          await upload(content, {
            signal: stop.signal,
            onUploadId: async (id) => void ids.push(id),
            onProgress: (doneBytes) => doneBytes > 16 * MiB && stop.abort(),
          }),
        );
        await expect(killed).rejects.toMatchObject({ code: "cancelled" });
        proxy.cutNext([4 * MiB, 100]);
        const again = await upload(content, { resume: { uploadId: ids[0] ?? "" } });
        const staged = await open(server(), at).upload(again);
        // Two interruptions, and the heads of packets.
        expect(proxy.sentBytes()).toBeLessThan(content.length + 2 * windowBytes + MiB);
        const sha256 = createHash("sha256").update(content).digest("hex");
        expect(staged).toMatchObject({ sha256, location: join(folder, again.key), publicUrl: null });
        const copy = join(home, "copy");
        await execute("sftp", [...sshOptions(server()), `127.0.0.1:${staged.location}`, copy]);
        expect(
          createHash("sha256")
            .update(await readFile(copy))
            .digest("hex"),
        ).toBe(sha256);
      } finally {
        await proxy.close();
      }
    });

    it.each([
      ["with a shell", () => full],
      ["without a shell", () => sftpOnly],
    ])("%s that loses the end of a file is found out", async (_name, server) => {
      const content = randomBytes(3 * MiB);
      let part = "";
      const args = await upload(content, {
        onUploadId: async (id) => void (part = join(folder, `goldsmith/0123/a.qcow2.${id}.part`)),
        onProgress: (doneBytes) => doneBytes === content.length && truncateSync(part, content.length - 1),
      });
      await expect(open(server()).upload(args)).rejects.toMatchObject({ code: "staging-failed" });
      expect(await readdir(join(folder, "goldsmith/0123"))).toEqual([]);
    });

    it("gives files to a web server, and their names to nobody, whatever its umask", async () => {
      await open(full).upload(await upload(Buffer.from("x")));
      const mode = async (name: string): Promise<number> => (await stat(join(folder, name))).mode & 0o777;
      expect([await mode("goldsmith"), await mode("goldsmith/0123")]).toEqual([0o711, 0o711]);
      expect(await mode("goldsmith/0123/a.qcow2")).toBe(0o644);
    });

    it("finds a folder below the login folder", async () => {
      await mkdir(join(folder, "images"));
      const { HOME = "" } = process.env;
      const relative = join(
        ...HOME.split("/")
          .filter((name) => name !== "")
          .map(() => ".."),
        folder,
        "images",
      );
      const staged = await open(full, { directory: `~/${relative}` }).upload(await upload(Buffer.from("x")));
      expect(staged.location).toBe(join(folder, "images/goldsmith/0123/a.qcow2"));
    });

    it("lets in by an agent", async () => {
      const agentSocket = join(home, "agent");
      const agent = spawn("ssh-agent", ["-D", "-a", agentSocket], { stdio: ["ignore", "pipe", "ignore"] });
      try {
        await once(agent.stdout, "data");
        const env = { ...process.env, SSH_AUTH_SOCK: agentSocket };
        const access = { auth: "agent", agentSocket, secret: null, keyPath: null } as const;
        await expect(open(full, access).probe(signal)).rejects.toMatchObject({ code: "unauthorized" });
        await execute("ssh-add", ["-q", full.keyPath], { env });
        await open(full, access).probe(signal);
      } finally {
        agent.kill();
      }
    });
  });
});

const sshOptions = ({ port, keyPath }: Sshd): string[] => {
  const options = ["UserKnownHostsFile=/dev/null", "StrictHostKeyChecking=no", "IdentitiesOnly=yes"];
  return [
    "-q",
    "-P",
    `${port}`,
    "-i",
    keyPath,
    "-F",
    "/dev/null",
    ...options.flatMap((option) => ["-o", option]),
  ];
};
