import { createHash } from "node:crypto";
import type { AddressInfo } from "node:net";
import ssh2 from "ssh2";
import { afterEach, expect, it } from "vitest";
import { createSftpStore } from "./sftp-store.ts";
import type { SftpAccess } from "./sftp-access.ts";

const password = "canary-password-77c1";
const hostKey = ssh2.utils.generateKeyPairSync("ed25519");
const parsed = ssh2.utils.parseKey(hostKey.public);
if (parsed instanceof Error) throw parsed;
const hostKeySha256 = `SHA256:${createHash("sha256").update(parsed.getPublicSSH()).digest("base64").replace(/=+$/, "")}`;
const signal = new AbortController().signal;
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A server that lets in by one method and says to everything else that there is no such file. */
async function start(
  method: "password" | "keyboard-interactive",
  onConnection: (client: ssh2.Connection) => void = () => {},
): Promise<SftpAccess> {
  const clients = new Set<ssh2.Connection>();
  const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (client) => {
    clients.add(client);
    onConnection(client);
    client.on("error", () => {});
    client.on("authentication", (context) => {
      if (context.method === "password" && method === "password" && context.password === password) {
        return context.accept();
      }
      if (context.method === "keyboard-interactive" && method === "keyboard-interactive") {
        context.prompt([{ prompt: "Password: ", echo: false }], (answers) =>
          answers[0] === password ? context.accept() : context.reject(),
        );
        return;
      }
      context.reject([method]);
    });
    client.on("session", (accept) => {
      accept().on("sftp", (acceptSftp) => {
        const sftp = acceptSftp();
        sftp.on("REALPATH", (id) => sftp.status(id, ssh2.utils.sftp.STATUS_CODE.NO_SUCH_FILE));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => {
    for (const client of clients) client.end();
    server.close();
  });
  return {
    kind: "sftp",
    host: "127.0.0.1",
    port: (server.address() as AddressInfo).port,
    username: "web",
    directory: "images",
    publicUrlTemplate: null,
    hostKeySha256,
    auth: "password",
    keyPath: null,
    secret: password,
    agentSocket: null,
  };
}
const retry = { attempts: 2, firstDelayMs: 1 };

it.each(["password", "keyboard-interactive"] as const)("logs in by %s", async (method) => {
  const access = await start(method);
  // Let in: what fails is the folder, of which this server knows none.
  await expect(createSftpStore(access, { retry }).probe(signal)).rejects.toMatchObject({
    code: "staging-failed",
    message: expect.stringContaining("no folder images"),
  });
});

it.each(["password", "keyboard-interactive"] as const)(
  "says that a wrong %s was refused, without showing it",
  async (method) => {
    const wrong = "canary-wrong-password-0d2e";
    const access = { ...(await start(method)), secret: wrong };
    const error: unknown = await createSftpStore(access, { retry })
      .probe(signal)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "unauthorized" });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(wrong);
  },
);

it("logs in once for calls in a row, and again when the connection has ended", async () => {
  const clients: ssh2.Connection[] = [];
  const store = createSftpStore(await start("password", (client) => clients.push(client)), { retry });
  const probe = (): Promise<void> =>
    expect(store.probe(signal)).rejects.toMatchObject({ code: "staging-failed" });
  for (let call = 0; call < 3; call++) await probe();
  expect(clients).toHaveLength(1);
  clients[0]?.end();
  await probe();
  expect(clients).toHaveLength(2);
});

it("sends no password to a server with another key", async () => {
  const access = { ...(await start("password")), hostKeySha256: "SHA256:another" };
  await expect(createSftpStore(access, { retry }).probe(signal)).rejects.toMatchObject({
    code: "untrusted-host",
    details: { hostKeySha256 },
  });
});

it("says what is missing for an agent or a key", async () => {
  const access = await start("password");
  const probe = (change: Partial<SftpAccess>): Promise<void> =>
    createSftpStore({ ...access, ...change }, { retry }).probe(signal);
  await expect(probe({ auth: "agent" })).rejects.toMatchObject({ code: "unauthorized" });
  await expect(probe({ auth: "key", keyPath: "/there/is/no/key" })).rejects.toMatchObject({
    code: "unauthorized",
    message: expect.stringContaining("cannot be read"),
  });
});

it("ends at once when it is aborted, also while the server says nothing", async () => {
  const access = await start("password");
  const stop = new AbortController();
  const silent = createSftpStore({ ...access, host: "127.0.0.1", port: await silentPort() }, { retry });
  const work = silent.probe(stop.signal);
  setTimeout(() => stop.abort(), 50);
  const startedMs = performance.now();
  await expect(work).rejects.toMatchObject({ code: "cancelled" });
  expect(performance.now() - startedMs).toBeLessThan(3000);
});

async function silentPort(): Promise<number> {
  const { createServer } = await import("node:net");
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => server.close());
  return (server.address() as AddressInfo).port;
}
