import type { AppError } from "#core/lib/app-error.ts";
import { CreditReturn } from "./credit.ts";

/**
 * What has arrived of one stream and was not taken yet. Bounded by the sender's window: credit goes back only
 * when the consumer comes for the next value, which says that it is done with the one before.
 */
export class InFlow<T> {
  readonly #queue: T[] = [];
  readonly #sizeOf: (value: T) => number;
  readonly #credit: CreditReturn;
  readonly #giveCredit: (amount: number) => void;
  #ended = false;
  #error: AppError | null = null;
  #wake = (): void => {};

  constructor(lump: number, sizeOf: (value: T) => number, giveCredit: (amount: number) => void) {
    this.#sizeOf = sizeOf;
    this.#giveCredit = giveCredit;
    this.#credit = new CreditReturn(lump);
  }

  push(value: T): void {
    this.#queue.push(value);
    this.#wake();
  }

  /** The sender is done; what has arrived can still be taken. */
  end(error: AppError | null): void {
    this.#ended = true;
    this.#error = error;
    this.#wake();
  }

  /** Ends at once; what has arrived is dropped. */
  fail(error: AppError): void {
    this.#queue.length = 0;
    this.end(error);
  }

  async *values(): AsyncGenerator<T, void, void> {
    for (;;) {
      const value = this.#queue.shift();
      if (value !== undefined) {
        yield value;
        const grant = this.#credit.taken(this.#sizeOf(value));
        if (grant > 0 && !this.#ended) this.#giveCredit(grant);
      } else if (this.#ended) {
        if (this.#error !== null) throw this.#error;
        return;
      } else {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    }
  }
}
