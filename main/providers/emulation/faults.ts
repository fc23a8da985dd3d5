/** What a test tells an emulator to do wrong with one request. */
export type RequestFault =
  /** Answers with this status instead of doing anything. A 429 names when to come back. */
  | { readonly kind: "refuse"; readonly status: number; readonly retryAfterSeconds?: number }
  /** Does what was asked, then cuts the answer in the middle of its body. */
  | { readonly kind: "cut-body" }
  /** Does what was asked, then closes the connection without an answer. */
  | { readonly kind: "lose-reply" }
  /** Does what was asked, and answers so much later. */
  | { readonly kind: "slow"; readonly delayMs: number }
  /** Never answers. */
  | { readonly kind: "hang" };

/** What a test tells an emulator to do wrong with one import. */
export type ImportFault =
  | { readonly kind: "fail"; readonly message: string }
  /** Never ends until it is deleted. */
  | { readonly kind: "stuck" }
  /** Fails without a word, as users of real services met it. */
  | { readonly kind: "vanish" }
  /** Shows a status word that no document knows, and stays there. */
  | { readonly kind: "odd-status"; readonly status: string };

export interface EmulatorFaults {
  /** Asked before every request. */
  request?: (request: { method: string; path: string }) => RequestFault | null;
  /** Asked before every import. */
  import?: (image: { id: string; name: string }) => ImportFault | null;
}
