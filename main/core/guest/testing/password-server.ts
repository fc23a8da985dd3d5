import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import ssh2 from "ssh2";
import { openSshPrivateKey } from "../openssh-key.ts";
import { generateKeyPairSync } from "node:crypto";

export interface PasswordServer extends AsyncDisposable {
  readonly port: number;
}

/** An SSH server that lets one user in by password, or by a key of `<home>/.ssh/authorized_keys`. */
export async function startPasswordServer(login: {
  username: string;
  password: string;
  home: string;
}): Promise<PasswordServer> {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const part = (key: typeof privateKey, name: "d" | "x"): Buffer =>
    Buffer.from(key.export({ format: "jwk" })[name] ?? "", "base64url");
  const hostKey = openSshPrivateKey(part(privateKey, "d"), part(publicKey, "x"), "host");
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
    client.on("error", () => {});
    client.on("authentication", (context) => {
      if (context.method === "password") {
        const right = context.username === login.username && context.password === login.password;
        return right ? context.accept() : context.reject(["password", "publickey"]);
      }
      if (context.method !== "publickey") return context.reject(["password", "publickey"]);
      const offered = context.key.data.toString("base64");
      void readFile(join(login.home, ".ssh/authorized_keys"), "utf8")
        .catch(() => "")
        .then((known) => (known.includes(offered) ? context.accept() : context.reject()));
    });
    client.on("ready", () => {
      client.on("session", (accept) => {
        accept().on("exec", (acceptExec, _reject, { command }) => {
          const channel = acceptExec();
          const shell = spawn("sh", ["-c", command], { env: { ...process.env, HOME: login.home } });
          channel.pipe(shell.stdin);
          shell.stdout.pipe(channel, { end: false });
          shell.stderr.pipe(channel.stderr, { end: false });
          shell.on("close", (code) => {
            channel.exit(code ?? 1);
            channel.end();
          });
        });
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
