/** An answer that is not a success, before it is put into words. */
export class Refusal extends Error {
  readonly status: number;
  /** Of the JSON body, e.g. `BucketNotFound`; empty when there was none. */
  readonly code: string;
  readonly requestId: string | null;
  /** By how much our clock is off, when that was found to be the reason; milliseconds. */
  readonly skewMs: number | null;

  constructor(answer: {
    status: number;
    code: string;
    message: string;
    requestId: string | null;
    skewMs: number | null;
  }) {
    super(answer.message);
    this.name = "Refusal";
    this.status = answer.status;
    this.code = answer.code;
    this.requestId = answer.requestId;
    this.skewMs = answer.skewMs;
  }
}

export const isMissing = (error: unknown): boolean => error instanceof Refusal && error.status === 404;
