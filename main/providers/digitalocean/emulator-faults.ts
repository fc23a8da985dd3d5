/** What a test tells the emulator to do wrong with one request. */
export type RequestFault =
  /** Answers with this status instead of doing anything. */
  | { readonly kind: "refuse"; readonly status: number; readonly retryAfterSeconds?: number }
  /** Does what was asked, then cuts the answer in the middle of its body. */
  | { readonly kind: "cut-body" }
  /** Does what was asked, then closes the connection without an answer. */
  | { readonly kind: "lose-reply" }
  /** Never answers. */
  | { readonly kind: "hang" };

/** What a test tells the emulator to do wrong with one import. */
export type ImportFault =
  | { readonly kind: "fail"; readonly message: string }
  /** Stays `pending` until it is deleted. */
  | { readonly kind: "stuck" }
  /** Becomes `deleted` without a word, as users of the real service met it. */
  | { readonly kind: "vanish" };

export interface EmulatorFaults {
  /** Asked before every request. */
  request?: (request: { method: string; path: string }) => RequestFault | null;
  /** Asked before every import. */
  import?: (image: { id: number; name: string }) => ImportFault | null;
}
