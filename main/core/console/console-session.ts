import { AppError } from "#core/lib/app-error.ts";
import { matchFresh } from "./fresh-match.ts";
import type { MachineConsole } from "./machine-console.ts";
import { PlainTextReader } from "./plain-text.ts";
import { Screen } from "./screen.ts";

interface ConsoleSessionOptions {
  /** Where in the transcript to begin; default: its present end. */
  fromByte?: number;
  /** What a guest assumes of a serial terminal: 80 by 24. */
  columns?: number;
  rows?: number;
  signal?: AbortSignal;
  /** Answer the guest's questions to a terminal (GRUB and installers ask where the cursor is). Default no. */
  answerQueries?: boolean;
}

interface WaitOptions {
  timeoutMs: number;
  signal?: AbortSignal;
}

/** As much unmatched output is searched. */
const maxUnmatchedChars = 64 * 1024;
const tailLines = 50;
const maxTailChars = 16 * 1024;

/**
 * Expect on a console: wait for what is printed or shown, then type. Output is pulled only while something is
 * waited for, so nothing is missed between two waits and `screen()` stands still in between.
 */
export class ConsoleSession implements AsyncDisposable {
  readonly #console: MachineConsole;
  readonly #screen: Screen;
  readonly #stop = new AbortController();
  readonly #stream: AsyncIterator<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #plain = new PlainTextReader();
  /** A read under way; it outlives a wait that timed out, and the next wait takes it over. */
  #pulling: Promise<void> | null = null;
  /** Received, not yet looked at. */
  #pending = "";
  /** Plain text since the last match, already drawn. */
  #unmatched = "";
  /** The screen at the last match. */
  #before: string[] = [];
  #tail = "";

  private constructor(
    console: MachineConsole,
    screen: Screen,
    fromByte: number,
    options: ConsoleSessionOptions,
  ) {
    this.#console = console;
    this.#screen = screen;
    const signals = options.signal === undefined ? [] : [options.signal];
    const signal = AbortSignal.any([this.#stop.signal, ...signals]);
    this.#stream = console.read(fromByte, signal)[Symbol.asyncIterator]();
    // An answer that cannot be typed is as if the terminal had none; the wait under way says what is missing.
    if (options.answerQueries === true) this.#screen.onAnswer((text) => void this.type(text).catch(() => {}));
  }

  static async attach(console: MachineConsole, options: ConsoleSessionOptions = {}): Promise<ConsoleSession> {
    const fromByte = options.fromByte ?? (await console.transcriptBytes());
    const screen = await Screen.create(options.columns ?? 80, options.rows ?? 24);
    return new ConsoleSession(console, screen, fromByte, options);
  }

  /**
   * Waits for text printed since the last match (without escape sequences), or shown on the screen and not there
   * at the last match. Throws `console-timeout` (details: waitedFor, screen, lastLines), `cancelled`, and
   * `machine-not-running` when the transcript ends because the machine was deleted.
   */
  async waitFor(pattern: string | RegExp, options: WaitOptions): Promise<RegExpMatchArray> {
    const wanted = typeof pattern === "string" ? literal(pattern) : stateless(pattern);
    const limit = Promise.withResolvers<never>();
    limit.promise.catch(() => {}); // told by the race below, unless a match was faster
    const timer = setTimeout(
      () => limit.reject(this.#timedOut(pattern, options.timeoutMs)),
      options.timeoutMs,
    );
    const onAbort = (): void => limit.reject(new AppError("cancelled", "Cancelled"));
    options.signal?.addEventListener("abort", onAbort, { once: true });
    if (options.signal?.aborted === true) onAbort();
    try {
      let match = this.#matchUnmatched(wanted);
      while (match === null) {
        if (this.#pending === "") await Promise.race([this.#pull(), limit.promise]);
        match = await this.#advance(wanted);
      }
      return match;
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", onAbort);
    }
  }

  type(text: string): Promise<void> {
    return this.#console.write(text, this.#stop.signal);
  }

  /** The text and the Enter key. */
  line(text: string): Promise<void> {
    return this.type(`${text}\r`);
  }

  /** What a person would see, as of the last wait. */
  screen(): string {
    return this.#screen.rows().join("\n").trimEnd();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#pulling?.catch(() => {});
    await this.#stream.return?.();
    this.#screen.dispose();
  }

  #pull(): Promise<void> {
    if (this.#pulling === null) {
      this.#pulling = this.#read().finally(() => (this.#pulling = null));
      this.#pulling.catch(() => {}); // a wait that gave up no longer asks
    }
    return this.#pulling;
  }

  async #read(): Promise<void> {
    const result = await this.#stream.next();
    if (result.done === true) {
      throw this.#stop.signal.aborted
        ? new AppError("cancelled", "The console was closed")
        : new AppError("machine-not-running", "The machine's console has ended");
    }
    this.#pending += this.#decoder.decode(result.value, { stream: true });
  }

  #matchUnmatched(wanted: RegExp): RegExpMatchArray | null {
    if (this.#unmatched === "") return null;
    const match = this.#unmatched.match(wanted);
    if (match === null) return this.#matchScreen(wanted);
    this.#unmatched = this.#unmatched.slice((match.index ?? 0) + match[0].length);
    this.#before = this.#screen.rows();
    return match;
  }

  /** Looks at what is pending. What follows a match stays pending: it belongs to the next wait. */
  async #advance(wanted: RegExp): Promise<RegExpMatchArray | null> {
    const input = this.#pending;
    const seen = this.#unmatched.length;
    const piece = this.#plain.read(input);
    const text = this.#unmatched + piece.text;
    const match = text.match(wanted);
    const matchEnd = match === null ? text.length : (match.index ?? 0) + match[0].length;
    // A pattern that looks ahead may end in what was drawn before; then all of this piece is drawn too.
    const drawn = piece.ends[matchEnd - seen - 1] ?? input.length;
    // A kept character ends every sequence before it, so the reader may begin anew after it.
    if (match !== null && drawn < input.length) this.#plain = new PlainTextReader();
    this.#pending = match === null ? "" : input.slice(drawn);
    this.#tail = (this.#tail + text.slice(seen, Math.max(matchEnd, seen))).slice(-maxTailChars);
    await this.#screen.write(input.slice(0, input.length - this.#pending.length));
    if (match === null) {
      this.#unmatched = text.slice(-maxUnmatchedChars);
      return this.#matchScreen(wanted);
    }
    this.#unmatched = drawn === input.length ? text.slice(matchEnd) : "";
    this.#before = this.#screen.rows();
    return match;
  }

  #matchScreen(wanted: RegExp): RegExpMatchArray | null {
    const rows = this.#screen.rows();
    const match = matchFresh(wanted, rows, this.#before);
    if (match === null) return null;
    this.#unmatched = "";
    this.#before = rows;
    return match;
  }

  #timedOut(pattern: string | RegExp, timeoutMs: number): AppError {
    const waitedFor = typeof pattern === "string" ? pattern : String(pattern);
    const screen = this.screen();
    const lastLines = this.#tail.split("\n").slice(-tailLines);
    const shown = screen.trim() === "" ? "It showed nothing at all." : "Its last screen is in the details.";
    return new AppError(
      "console-timeout",
      `The console did not show ${JSON.stringify(waitedFor)} within ${timeoutMs / 1000} s. ${shown}`,
      { retry: "now", details: { waitedFor, timeoutMs, screen, lastLines } },
    );
  }
}

const literal = (text: string): RegExp => new RegExp(text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
/** `g` and `y` would make a pattern remember its last place. */
const stateless = (pattern: RegExp): RegExp => new RegExp(pattern, pattern.flags.replaceAll(/[gy]/g, ""));
