/** What an LZMA decoder has put out: the last bytes of it, as matches may want them again. */
export class LzmaWindow {
  /** A ring; new output is written at `position`. */
  readonly window: Uint8Array;
  position = 0;
  /** Output since the window was cleared, at most the window's size: how far a match may reach back. */
  reach = 0;
  /** Output so far, modulo 2^32: chooses contexts. */
  protected processed = 0;

  constructor(dictionaryBytes: number) {
    this.window = new Uint8Array(dictionaryBytes);
  }

  /** Forgets the window: matches reach no further back than here. */
  resetDictionary(): void {
    this.reach = 0;
    this.processed = 0;
  }

  /** Puts bytes into the window that were not compressed. The caller keeps to the window's end. */
  store(bytes: Uint8Array): void {
    this.window.set(bytes, this.position);
    this.advance(bytes.length);
  }

  /** Goes on at the window's beginning when its end has been reached. */
  wrap(): void {
    if (this.position === this.window.length) this.position = 0;
  }

  protected advance(count: number): void {
    this.position += count;
    this.processed = (this.processed + count) >>> 0;
    this.reach = Math.min(this.window.length, this.reach + count);
  }
}
