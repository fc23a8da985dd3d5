/** An amount that a sender may still send. Spent by the sender, returned by the receiver, never above the window. */
export class Credit {
  readonly #window: number;
  #left: number;
  #wake: (() => void) | null = null;

  constructor(window: number) {
    this.#window = window;
    this.#left = window;
  }

  /** A receiver cannot grant more than the window, whatever it claims. */
  grant(amount: number): void {
    this.#left = Math.min(this.#window, this.#left + amount);
    if (this.#left > 0) this.#wake?.();
  }

  /** Waits until there is credit. Answers false when the signal aborts. One waiter at a time. */
  async available(signal: AbortSignal): Promise<boolean> {
    while (this.#left <= 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const settle = (): void => {
          signal.removeEventListener("abort", settle);
          this.#wake = null;
          resolve();
        };
        this.#wake = settle;
        signal.addEventListener("abort", settle);
      });
    }
    return !signal.aborted;
  }

  /** Takes up to `wanted`, waiting until there is any. Answers 0 when the signal aborts. */
  async take(wanted: number, signal: AbortSignal): Promise<number> {
    if (!(await this.available(signal))) return 0;
    const taken = Math.min(wanted, this.#left);
    this.#left -= taken;
    return taken;
  }
}

/** Counts what a consumer has taken and says when a lump of credit is due. */
export class CreditReturn {
  readonly #lump: number;
  #due = 0;

  constructor(lump: number) {
    this.#lump = lump;
  }

  /** Answers the credit to send now, or 0. */
  taken(amount: number): number {
    this.#due += amount;
    if (this.#due < this.#lump) return 0;
    const grant = this.#due;
    this.#due = 0;
    return grant;
  }
}
