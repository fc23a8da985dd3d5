import type { BytesName, CallName, ItemOf, OutputOf, ParsedInputOf, StreamName } from "#contract/contract.ts";

/** The core's side of the contract. Inputs arrive parsed; a byte stream is pulled, never read ahead. */
export type Handlers = {
  [N in CallName]: (input: ParsedInputOf<N>, signal: AbortSignal) => Promise<OutputOf<N>>;
} & {
  [N in StreamName]: (input: ParsedInputOf<N>, signal: AbortSignal) => AsyncIterable<ItemOf<N>>;
} & {
  [N in BytesName]: (input: ParsedInputOf<N>, signal: AbortSignal) => AsyncIterable<Uint8Array>;
};
