import type { MachineConsole } from "../machine-console.ts";

/** A guest whose output a test writes; what is typed at it is kept. */
export class ScriptedConsole implements MachineConsole {
  readonly typed: string[] = [];
  /** Called after each write. */
  answer: (text: string) => void = () => {};
  #bytes = new Uint8Array(0);
  readonly #waiting = new Set<() => void>();
  #ended = false;

  print(text: string | Uint8Array): void {
    const added = typeof text === "string" ? new TextEncoder().encode(text) : text;
    this.#bytes = new Uint8Array([...this.#bytes, ...added]);
    this.#tell();
  }

  end(): void {
    this.#ended = true;
    this.#tell();
  }

  #tell(): void {
    for (const wake of this.#waiting) wake();
  }

  async *read(fromByte: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    let offset = fromByte;
    signal.addEventListener("abort", () => this.#tell());
    while (!signal.aborted) {
      if (offset < this.#bytes.length) {
        const piece = this.#bytes.subarray(offset);
        offset = this.#bytes.length;
        yield piece;
        continue;
      }
      if (this.#ended) return;
      const news = Promise.withResolvers<void>();
      this.#waiting.add(news.resolve);
      await news.promise;
      this.#waiting.delete(news.resolve);
    }
  }

  write(text: string): Promise<void> {
    this.typed.push(text);
    this.answer(text);
    return Promise.resolve();
  }

  sendBreak(): Promise<void> {
    return Promise.resolve();
  }

  transcriptBytes(): Promise<number> {
    return Promise.resolve(this.#bytes.length);
  }
}
