import type { Clock } from "#ports/ports.ts";
import type { Processes } from "#ports/processes.ts";
import type { EmulatorFaults } from "./faults.ts";
import type { WriteFileAtomic } from "./stored-state.ts";

/** What the practice account hands to every emulator; an emulator may take more for its own tests. */
export interface EmulatorOptions {
  /** Holds the account: its state and the imported images. */
  readonly folder: string;
  /** 0 or left out: any free port. Rejects with EADDRINUSE when it is taken. */
  readonly port?: number;
  /** What the account's credentials are made of: the same secret, the same credentials. */
  readonly secret: string;
  readonly processes: Processes;
  readonly clock: Clock;
  readonly writeFileAtomic: WriteFileAtomic;
  /** Pause between the states of an import, so that a follower sees them. */
  readonly paceMs?: number;
  readonly importTimeoutMs?: number;
  readonly fetchFrom?: "loopback" | "anywhere";
  /** For tests. */
  readonly faults?: EmulatorFaults;
  /** For tests: told every exchange as it went over the wire. */
  readonly onExchange?: (exchange: Exchange) => void;
}

/** One request and its answer. `requestBody` undefined and `responseBody` null: none. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody: unknown;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly responseBody: unknown;
}

/** A running emulator of one provider's API, on loopback. */
export interface Emulator {
  /** `http://127.0.0.1:<port>`. */
  readonly apiBase: string;
  /** The fields of `ProviderAccess` that open the account, secrets among them. */
  readonly fields: Readonly<Record<string, string>>;
  /** What was imported under this id, and where its bytes lie; null: nothing (yet). */
  imported(providerImageId: string): ImportedFile | null;
  /** Stops answering; imports under way begin again with the next start over the same folder. */
  close(): Promise<void>;
}

export interface ImportedFile {
  readonly path: string;
  /** Of the bytes as they were fetched, before any unpacking. */
  readonly sha256: string;
  readonly fileBytes: number;
}

export type StartEmulator = (options: EmulatorOptions) => Promise<Emulator>;
