import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { nodeProcesses } from "#system/node-processes.ts";
import { freePort } from "./free-port.ts";
import { listening } from "./listening.ts";
import { ServerProcess } from "./server-process.ts";

const execute = promisify(execFile);
export interface Sshd {
  readonly port: number;
  readonly username: string;
  /** `SHA256:…` as ssh-keygen prints it. */
  readonly hostKeySha256: string;
  /** Private keys that are let in: one as it is, one encrypted with the passphrase. */
  readonly keyPath: string;
  readonly lockedKeyPath: string;
  readonly passphrase: string;
  /** A key that nobody knows. */
  readonly strangerKeyPath: string;
  close(): Promise<void>;
}

/** Why it cannot be started here, or null when it can. */
export async function sshdMissing(): Promise<string | null> {
  const found = await Promise.all(["sshd", "ssh-keygen"].map((name) => nodeProcesses.find(name)));
  return found.includes(null)
    ? "SFTP is not tested: OpenSSH's server is not installed (Debian: apt-get install openssh-server)"
    : null;
}

/**
 * OpenSSH's server on loopback for the user that runs the test. `sftpOnly` is what web hosts do: whatever is asked
 * for, the SFTP server answers. The umask is a strict one, so that nothing is readable by accident.
 */
export async function startSshd(options: { sftpOnly?: boolean } = {}): Promise<Sshd> {
  // sshd starts itself anew for every connection and wants to be called by its absolute path.
  const program = await nodeProcesses.find("sshd");
  if (program === null) throw new Error("sshd is not installed");
  const folder = await mkdtemp(join(tmpdir(), "goldsmith-sshd-"));
  const path = (name: string): string => join(folder, name);
  const passphrase = "canary-passphrase-5f3a";
  const makeKey = async (name: string, words: string): Promise<string> => {
    await execute("ssh-keygen", ["-q", "-t", "ed25519", "-N", words, "-C", name, "-f", path(name)]);
    return path(name);
  };
  const hostKey = await makeKey("host", "");
  const [keyPath, lockedKeyPath, strangerKeyPath] = [
    await makeKey("open", ""),
    await makeKey("locked", passphrase),
    await makeKey("stranger", ""),
  ];
  const publicKeys = ["open.pub", "locked.pub"].map(path);
  const { stdout: keys } = await execute("cat", publicKeys);
  await writeFile(path("authorized_keys"), keys);
  const port = await freePort();
  await writeFile(path("sshd_config"), configuration(folder, port, options.sftpOnly === true));
  // Where sshd puts its unprivileged half; systemd makes it where it runs.
  if (process.getuid?.() === 0) await mkdir("/run/sshd", { recursive: true });
  const server = new ServerProcess([program, "-D", "-e", "-f", path("sshd_config")], path("log"));
  const close = async (): Promise<void> => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await listening(server, port);
    const { stdout } = await execute("ssh-keygen", ["-l", "-f", `${hostKey}.pub`]);
    const hostKeySha256 = stdout.split(" ")[1] ?? "";
    const { username } = userInfo();
    return { port, username, hostKeySha256, keyPath, lockedKeyPath, passphrase, strangerKeyPath, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const configuration = (folder: string, port: number, sftpOnly: boolean): string => `
ListenAddress 127.0.0.1
Port ${port}
HostKey ${folder}/host
PidFile none
AuthorizedKeysFile ${folder}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
LogLevel ERROR
MaxStartups 100
Subsystem sftp internal-sftp -u 0077
${sftpOnly ? "ForceCommand internal-sftp -u 0077" : ""}
`;
