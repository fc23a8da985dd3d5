import type { Client } from "ssh2";
import { AppError } from "#core/lib/app-error.ts";
import type { Machines } from "#core/machine/machines.ts";
import type { Ports } from "#ports/ports.ts";
import { fetchTree, sendTree, type Copied, type TreeCopyOptions } from "./copy-tree.ts";
import { connectGuest, type GuestLogin } from "./guest-connection.ts";
import { createGuestKeys, keyComment } from "./guest-keys.ts";
import { addKeyScript, removeKeyScript } from "./key-scripts.ts";
import { runScript, type ScriptResult } from "./run-script.ts";

export interface GuestStatus {
  readonly reachable: boolean;
  readonly username: string | null;
  readonly reason: string;
}

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
  readonly onOutput?: (text: string) => void;
}

/** A running guest by SSH with the machine's own key. Everything throws `machine-not-running` when it is off. */
export interface GuestAccess {
  /** The machine's public key, made when there is none: for a guest that is installed unattended. */
  publicKey(machineId: string): Promise<string>;
  /** Says who may log in with the key when it came into the guest by other ways. */
  setUsername(machineId: string, username: string): Promise<void>;
  /**
   * Puts the key into the guest by a password that is used once, and proves it; without a password it is only proved.
   * Accepts a new host key.
   */
  authorize(
    machineId: string,
    login: { username: string; password?: string | undefined },
    signal: AbortSignal,
  ): Promise<void>;
  status(machineId: string, signal: AbortSignal): Promise<GuestStatus>;
  run(machineId: string, script: string, options: RunOptions): Promise<ScriptResult>;
  upload(
    machineId: string,
    paths: readonly string[],
    folder: string,
    options: TreeCopyOptions,
  ): Promise<Copied>;
  download(machineId: string, path: string, toFolder: string, options: TreeCopyOptions): Promise<Copied>;
  /** Takes the key out of the guest and forgets it. Does nothing where there is none. */
  removeKey(machineId: string, signal: AbortSignal): Promise<void>;
  /** For a guest that was sealed by other ways, and for one that is installed anew. */
  forgetKey(machineId: string): Promise<void>;
  /** With a machine that is deleted. */
  forgetMachine(machineId: string): Promise<void>;
  /** A connection of one's own; end it. */
  connect(machineId: string, signal: AbortSignal, username?: string): Promise<Client>;
}

export function createGuestAccess(deps: {
  ports: Pick<Ports, "secrets">;
  machines: Pick<Machines, "view">;
  /** Where it is written down whom the keys let in. */
  folder: string;
}): GuestAccess {
  const { machines } = deps;
  const keys = createGuestKeys(deps);

  function address(machineId: string): { host: string; port: number } {
    const { name, sshPort } = machines.view(machineId);
    if (sshPort === null) throw new AppError("machine-not-running", `${name} is not running`);
    return { host: "127.0.0.1", port: sshPort };
  }

  const open = (machineId: string, login: GuestLogin, signal: AbortSignal): Promise<Client> =>
    connectGuest(address(machineId), login, {
      signal,
      assertHostKey: (fingerprint) => keys.assertHostKey(machineId, fingerprint),
    });

  async function connect(machineId: string, signal: AbortSignal, username?: string): Promise<Client> {
    address(machineId); // a machine that is off is told before a missing key
    const privateKey = await keys.privateKey(machineId);
    const user = username ?? (await keys.record(machineId)).username;
    if (user === null)
      throw new AppError("not-found", "The machine's key is in no user's account yet", {
        hint: "Log in once with the password: the machine's key is then put into the guest.",
      });
    return open(machineId, { username: user, auth: { privateKey } }, signal);
  }

  async function within<T>(client: Client, work: (client: Client) => Promise<T>): Promise<T> {
    try {
      return await work(client);
    } finally {
      client.end();
    }
  }

  async function done(client: Client, script: string, signal: AbortSignal): Promise<void> {
    const { exitCode, stderr } = await runScript(client, script, { signal, timeoutMs: 60_000 });
    if (exitCode === 0) return;
    throw new AppError("tool-failed", `The guest's list of keys could not be changed: ${stderr.trim()}`, {
      retry: "now",
    });
  }

  return {
    connect,
    publicKey: (machineId) => keys.publicKey(machineId),
    setUsername: (machineId, username) => keys.setUsername(machineId, username),
    async authorize(machineId, { username, password }, signal) {
      address(machineId);
      const publicKey = await keys.publicKey(machineId);
      await keys.forgetHostKey(machineId);
      if (password !== undefined) {
        const client = await open(machineId, { username, auth: { password } }, signal);
        await within(client, (one) => done(one, addKeyScript(publicKey), signal));
      }
      const proof = await connect(machineId, signal, username).catch((error: unknown) => {
        if (AppError.from(error).code !== "unauthorized") throw error;
        throw new AppError("unauthorized", "The guest does not accept the key", {
          hint: "It may not be in this user's authorized_keys; sshd may forbid keys, or the home folder is writable for others.",
          cause: error,
        });
      });
      proof.end();
      await keys.setUsername(machineId, username);
    },
    async status(machineId, signal) {
      const { username } = await keys.record(machineId);
      try {
        (await connect(machineId, signal)).end();
        return { reachable: true, username, reason: "" };
      } catch (error) {
        return { reachable: false, username, reason: AppError.from(error).message };
      }
    },
    async run(machineId, script, options) {
      const client = await connect(machineId, options.signal);
      return within(client, (one) => runScript(one, script, options));
    },
    async upload(machineId, paths, folder, options) {
      const client = await connect(machineId, options.signal);
      return within(client, (one) => sendTree(one, paths, folder, options));
    },
    async download(machineId, path, toFolder, options) {
      const client = await connect(machineId, options.signal);
      return within(client, (one) => fetchTree(one, path, toFolder, options));
    },
    async removeKey(machineId, signal) {
      const { publicKey, username } = await keys.record(machineId);
      if (publicKey !== null && username !== null) {
        const client = await connect(machineId, signal);
        await within(client, (one) => done(one, removeKeyScript(keyComment(machineId)), signal));
      }
      await keys.forget(machineId);
    },
    forgetMachine: (machineId) => keys.remove(machineId),
    async forgetKey(machineId) {
      await keys.forget(machineId);
      await keys.forgetHostKey(machineId);
    },
  };
}
