/** A request before it is signed. `body`: JSON text or null; the content of an object is sent unsigned. */
export interface UnsignedRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: string | null;
  readonly unsignedBody?: boolean;
}

/** Signs for one account. Whoever opens the store brings it along: keys are none of a store's business. */
export interface RequestSigner {
  /** The headers to send along; made anew for every try. */
  readonly sign: (request: UnsignedRequest) => Record<string, string>;
  /**
   * Told the `Date` of an answer that refused a signature. Answers by how much the clocks differ (positive: ours
   * is behind) when later signatures are corrected by it, or null when another try is of no use.
   */
  readonly correctClock: (serverDate: string | null) => number | null;
}
