import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { freeLoopbackPort } from "#core/machine/free-port.ts";

export interface RealSshd extends AsyncDisposable {
  readonly port: number;
  /** Home of whoever logs in. */
  readonly home: string;
}

/** Debian's sshd for the own user, with keys and home in a folder of the test. */
export async function startSshd(folder: string, port?: number): Promise<RealSshd> {
  const home = join(folder, "home");
  await mkdir(join(home, ".ssh"), { recursive: true });
  await mkdir("/run/sshd", { recursive: true }).catch(() => {}); // only root's sshd wants it
  const hostKey = join(folder, "host-key");
  await promisify(execFile)("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", hostKey]);
  const at = port ?? (await freeLoopbackPort());
  const config = join(folder, "sshd_config");
  const lines = [
    `Port ${at}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${join(home, ".ssh/authorized_keys")}`,
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitRootLogin prohibit-password",
    "StrictModes no",
    "UsePAM no",
    "PidFile none",
    `SetEnv HOME=${home}`,
  ];
  await writeFile(config, `${lines.join("\n")}\n`);
  // sshd must be started by its whole path; few users have sbin on their PATH.
  const program = ["/usr/sbin/sshd", "/usr/bin/sshd"].find((path) => existsSync(path)) ?? "sshd";
  const child = spawn(program, ["-D", "-e", "-f", config], { stdio: "ignore" });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  for (let tries = 0; !(await answers(at)); tries += 1) {
    if (tries > 200 || child.exitCode !== null) throw new Error("sshd does not start");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    port: at,
    home,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
