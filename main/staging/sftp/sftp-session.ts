import type { Client, SFTPWrapper } from "ssh2";
import { z } from "zod";
import { chunkBytes } from "./chunk-writer.ts";

/** What ssh2 gives its callbacks when something failed. */
type Failure = Error | null | undefined;

/** More than a hash and its file name; what a server prints beyond is not what was asked for. */
const mostOutputBytes = 4096;
const farewellMs = 500;

/**
 * ssh2 asks for the limits when it opens a channel; that it knows how many files may be open says that it was told, and
 * the longest write is a field that its types leave out.
 */
const LimitsSchema = z.object({ maxOpenHandles: z.number(), _maxWriteLen: z.number().min(chunkBytes) });

/** OpenSSH's channels carry 32 KiB a packet. A write that fills some of them has no packet of a few bytes behind it. */
const packetBytes = 32 * 1024;
const longestWriteBytes = 8 * packetBytes;
const headerBytes = 1024;

const wholePackets = (mostBytes: number): number => {
  const packets = Math.floor((Math.min(mostBytes, longestWriteBytes) + headerBytes) / packetBytes);
  return packets < 2 ? chunkBytes : packets * packetBytes - headerBytes;
};

/** Some extensions of OpenSSH's server; ssh2 throws when the server has not announced them. */
export class ExtensionMissing extends Error {}

/**
 * One SSH connection with an SFTP channel. ssh2 forgets requests that are made after the channel has ended, so
 * everything that waits here fails at once when the connection does.
 */
export class SftpSession implements AsyncDisposable {
  readonly #client: Client;
  readonly #sftp: SFTPWrapper;
  readonly #waiting = new Set<(error: Error) => void>();
  readonly #closed: Promise<void>;
  #lost: Error | null = null;

  constructor(client: Client, sftp: SFTPWrapper) {
    this.#client = client;
    this.#sftp = sftp;
    const lose = (error: Error): void => this.#lose(error);
    client.on("error", lose);
    sftp.on("error", lose);
    sftp.on("close", () => lose(connectionEnded()));
    this.#closed = new Promise((resolve) => {
      client.on("close", () => {
        lose(connectionEnded());
        resolve();
      });
    });
  }

  /** The largest write to ask for: what the server has said (`limits@openssh.com`), else what every server takes. */
  get writeBytes(): number {
    const told = LimitsSchema.safeParse(this.#sftp).data;
    return told === undefined ? chunkBytes : wholePackets(told._maxWriteLen);
  }

  get isLost(): boolean {
    return this.#lost !== null;
  }

  /** Ends it at once, in the middle of whatever waits. */
  destroy(): void {
    this.#lose(connectionEnded());
    this.#client.destroy();
  }

  #lose(error: Error): void {
    this.#lost ??= error;
    for (const reject of this.#waiting) reject(this.#lost);
    this.#waiting.clear();
  }

  /** One request. Rejects with ssh2's own error: a status of the server, or the loss of the connection. */
  ask<T = void>(send: (sftp: SFTPWrapper, done: (error: Failure, value?: T) => void) => void): Promise<T> {
    return this.#whileConnected((resolve, reject) => {
      send(this.#sftp, (error, value) => (error ? reject(error) : resolve(value as T)));
    });
  }

  /** The same for an extension; rejects with ExtensionMissing when the server does not have it. */
  askExtension<T = void>(
    send: (sftp: SFTPWrapper, done: (error: Failure, value?: T) => void) => void,
  ): Promise<T> {
    return this.ask<T>((sftp, done) => {
      try {
        send(sftp, done);
      } catch (error) {
        done(new ExtensionMissing(String(error)));
      }
    });
  }

  /**
   * What a command prints; null when the server runs no commands or it took too long. Its input ends at once: a
   * server that is made to speak SFTP whatever is asked would wait for ever.
   */
  run(command: string, timeoutMs: number): Promise<string | null> {
    return this.#whileConnected<string | null>((resolve) => {
      this.#client.exec(command, (error, channel) => {
        if (error !== undefined) return resolve(null);
        let output = "";
        const timer = setTimeout(() => {
          channel.close();
          resolve(null);
        }, timeoutMs);
        channel.on("data", (bytes: Buffer) => {
          if (output.length < mostOutputBytes) output += bytes.toString("latin1");
        });
        channel.stderr.resume();
        channel.on("close", () => {
          clearTimeout(timer);
          resolve(output);
        });
        channel.end();
      });
    });
  }

  #whileConnected<T>(
    start: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#lost !== null) return reject(this.#lost);
      this.#waiting.add(reject);
      start(
        (value) => {
          this.#waiting.delete(reject);
          resolve(value);
        },
        (error) => {
          this.#waiting.delete(reject);
          reject(error);
        },
      );
    });
  }

  /** Says goodbye, and goes without an answer when none comes. */
  async [Symbol.asyncDispose](): Promise<void> {
    const timer = setTimeout(() => this.#client.destroy(), farewellMs);
    this.#client.end();
    await this.#closed;
    clearTimeout(timer);
  }
}

/** As the errors of sockets look. */
const connectionEnded = (): Error => Object.assign(new Error("The connection ended"), { code: "ECONNRESET" });
