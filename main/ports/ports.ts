import type { Processes } from "./processes.ts";
import type { HostTerminals } from "./terminals.ts";

export interface Clock {
  /** Wall clock, ISO 8601 in UTC. */
  nowIso(): string;
  /** Monotonic milliseconds. */
  nowMs(): number;
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** The OS keychain, or a 0600 file where there is none. Values never leave the core. */
export interface Secrets {
  readonly kind: "os-keychain" | "file";
  readonly detail: string;
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Folders that belong to the app. All exist. */
export interface Directories {
  /** Machines, images, jobs, accounts: what must not be lost. */
  readonly data: string;
  /** Can be deleted at any time. */
  readonly cache: string;
  /** Sockets; short enough for a unix socket path (at most 60 characters), private to the user. */
  readonly runtime: string;
  /** The read-only `resources/` folder of the product. */
  readonly resources: string;
}

/** What the desktop offers beyond a terminal. */
export interface Desktop {
  /** Moves to the system's trash; answers false where there is none (the caller then deletes). */
  trash(path: string): Promise<boolean>;
  /** Shows it in the file manager. Throws `tool-missing` (the hint tells the path) where there is no desktop. */
  reveal(path: string): Promise<void>;
}

/** A line of the log; secrets are redacted by the implementation. */
export interface Log {
  info(message: string, details?: Record<string, unknown>): void;
  warn(message: string, details?: Record<string, unknown>): void;
}

/** Everything the core needs of the world. Files are read and written with node:fs directly. */
export interface Ports {
  readonly processes: Processes;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly directories: Directories;
  readonly desktop: Desktop;
  readonly log: Log;
  readonly terminals: HostTerminals;
}
