import type { BytesName, CallName, InputOf, ItemOf, OutputOf, StreamName } from "#contract/contract.ts";

/** The caller's side of the contract, the same over memory, IPC or a socket. Rejects with AppError. */
export interface Client {
  call<N extends CallName>(name: N, input: InputOf<N>, signal?: AbortSignal): Promise<OutputOf<N>>;
  stream<N extends StreamName>(name: N, input: InputOf<N>, signal?: AbortSignal): AsyncIterable<ItemOf<N>>;
  /** Pulling is the flow control: the core reads no further than what is asked for plus one window. */
  bytes<N extends BytesName>(name: N, input: InputOf<N>, signal?: AbortSignal): AsyncIterable<Uint8Array>;
}
