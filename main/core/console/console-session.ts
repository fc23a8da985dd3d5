import { AppError } from "#core/lib/app-error.ts";
import { echoEnd } from "./echo.ts";
import { findHighlight, type Highlight } from "./highlight.ts";
import type { MachineConsole } from "./machine-console.ts";
import { literal, matcherOf, stateless, type Matcher } from "./matcher.ts";
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

export interface WaitOptions {
  timeoutMs: number;
  signal?: AbortSignal;
}

/** What a condition may look at: the screen as the guest has drawn it so far. */
export interface ScreenView {
  rows(): string[];
  /** The cursor's line, split where it stands. */
  cursorLine(): { before: string; after: string };
  highlight(): Highlight | null;
  /** Something was printed since the last key: what stands there is no leftover. */
  readonly answered: boolean;
}

/** As much unmatched output is searched. */
const maxUnmatchedChars = 64 * 1024;
const tailLines = 50;
const maxTailChars = 16 * 1024;
/** Typed in one go before its echo is looked for; far below what any terminal queues. */
const echoPieceChars = 32;
/** A guest that shows nothing of what is typed for so long does not echo. */
const echoMs = 3_000;

/**
 * Expect on a console: wait for what is printed or shown, then type. Output is pulled only while something is
 * waited for, so nothing is missed between two waits and `screen()` stands still in between.
 */
export class ConsoleSession implements AsyncDisposable {
  readonly #console: MachineConsole;
  readonly #screen: Screen;
  readonly #fromByte: number;
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
  #answered = true;
  #mute = false;
  #pulledBytes = 0;

  private constructor(
    console: MachineConsole,
    screen: Screen,
    fromByte: number,
    options: ConsoleSessionOptions,
  ) {
    this.#console = console;
    this.#screen = screen;
    this.#fromByte = fromByte;
    const signals = options.signal === undefined ? [] : [options.signal];
    const signal = AbortSignal.any([this.#stop.signal, ...signals]);
    this.#stream = console.read(fromByte, signal)[Symbol.asyncIterator]();
    // An answer that cannot be typed is as if the terminal had none; the wait under way says what is missing.
    if (options.answerQueries === true)
      this.#screen.onAnswer((text) => {
        if (!this.#mute) void this.#console.write(text, this.#stop.signal).catch(() => {});
      });
  }

  static async attach(console: MachineConsole, options: ConsoleSessionOptions = {}): Promise<ConsoleSession> {
    const fromByte = options.fromByte ?? (await console.transcriptBytes());
    const screen = await Screen.create(options.columns ?? 80, options.rows ?? 24);
    return new ConsoleSession(console, screen, fromByte, options);
  }

  /**
   * Waits for text printed since the last match (without escape sequences), or shown on the screen and not there
   * at the last match. Throws `console-timeout` (details: `ScreenEvidence`), `cancelled`, and
   * `machine-not-running` when the transcript ends because the machine was deleted, and `bad-input` when the pattern takes
   * too long.
   */
  async waitFor(pattern: string | RegExp, options: WaitOptions): Promise<RegExpMatchArray> {
    const wanted = matcherOf(pattern);
    const waitedFor = typeof pattern === "string" ? pattern : String(pattern);
    let match = this.#matchUnmatched(wanted);
    return this.#within(waitedFor, options, async (pull) => {
      while (match === null) {
        if (this.#pending === "") await pull();
        match = await this.#advance(wanted);
      }
      return match;
    });
  }

  /**
   * Waits until the screen as drawn so far satisfies `look` (answers something other than null), and with
   * `settleMs` until it does so without any further output for that long. What was printed until then counts as
   * seen. `waitedFor` are the words for the error; throws like `waitFor`.
   */
  async waitUntil<T>(
    waitedFor: string,
    look: (view: ScreenView) => T | null,
    options: WaitOptions & { settleMs?: number },
  ): Promise<T> {
    return this.#within(waitedFor, options, async (pull) => {
      for (;;) {
        await this.#drawPending();
        const found = look(this.#view());
        if (found === null) await pull();
        else if (options.settleMs === undefined || (await this.#isQuiet(options.settleMs, pull))) {
          this.markSeen();
          return found;
        }
      }
    });
  }

  /** Waits until the cursor stands right behind this text, with nothing after it, and the last key was answered. */
  waitForPrompt(prompt: string | RegExp, options: WaitOptions): Promise<RegExpMatchArray> {
    const wanted = typeof prompt === "string" ? literal(prompt.trimEnd()) : stateless(prompt);
    const atEnd = new RegExp(`(?:${wanted.source})\\s*$`, wanted.flags);
    return this.waitUntil(
      `the cursor behind ${typeof prompt === "string" ? prompt : String(prompt)}`,
      (view) => {
        const { before, after } = view.cursorLine();
        return view.answered && after === "" ? before.match(atEnd) : null;
      },
      options,
    );
  }

  type(text: string): Promise<void> {
    this.#answered = false;
    return this.#console.write(text, this.#stop.signal);
  }

  /** The text and the Enter key. */
  line(text: string): Promise<void> {
    return this.type(`${text}\r`);
  }

  /**
   * Types and waits for the echo, piece by piece, so that a slow guest is never ahead of itself; the echo counts as
   * seen. Where nothing is echoed (a password is asked for) the rest is typed without waiting.
   */
  async typeSeen(text: string, options: { signal?: AbortSignal } = {}): Promise<void> {
    let echoes = true;
    for (let at = 0; at < text.length; at += echoPieceChars) {
      const piece = text.slice(at, at + echoPieceChars);
      await this.#drawPending();
      const from = this.#unmatched.length;
      await this.type(piece);
      if (echoes) echoes = await this.#echoed(piece, from, { ...options, timeoutMs: echoMs });
    }
  }

  /** `typeSeen`, then Enter. */
  async lineSeen(text: string, options: { signal?: AbortSignal } = {}): Promise<void> {
    await this.typeSeen(text, options);
    await this.type("\r");
  }

  /** What a person would see, as of the last wait. */
  screen(): string {
    return this.#screen.rows().join("\n").trimEnd();
  }

  /** The cursor's line, split where it stands, as of the last wait. */
  cursorLine(): ReturnType<Screen["cursorLine"]> {
    return this.#screen.cursorLine();
  }

  highlight(): Highlight | null {
    return findHighlight(this.#screen.runs(), this.#screen.cursor());
  }

  /** Draws everything that was printed until now. */
  async catchUp(): Promise<void> {
    const end = await this.#console.transcriptBytes();
    while (this.#fromByte + this.#pulledBytes < end) await this.#pull();
    await this.#drawPending();
  }

  /** The looks of the screen's cells, as of the last wait. */
  runs(): ReturnType<Screen["runs"]> {
    return this.#screen.runs();
  }

  /** Draws so many bytes that are there already, as seen and without answering a terminal's questions in them. */
  async drawAhead(lengthBytes: number): Promise<void> {
    this.#mute = true;
    for (const end = this.#pulledBytes + lengthBytes; this.#pulledBytes < end;) await this.#pull();
    await this.#drawPending();
    this.#mute = false;
    this.markSeen();
  }

  /** The guest is started anew: what the screen shows is a leftover until it prints. */
  expectNews(): void {
    this.markSeen();
    this.#answered = false;
  }

  /** From now on only what is printed later is new. */
  markSeen(): void {
    this.#unmatched = "";
    this.#before = this.#screen.rows();
  }

  /** The error of a wait that saw nothing: what was waited for, the last screen and the last lines. */
  evidence(waitedFor: string, waitedMs: number, more: Record<string, unknown> = {}): AppError {
    const screen = this.screen().split("\n");
    const lastLines = this.#tail.split("\n").slice(-tailLines);
    const isBlank = screen.every((row) => row.trim() === "");
    const shown = isBlank ? "It showed nothing at all." : "Its last screen is in the details.";
    return new AppError(
      "console-timeout",
      `The console did not show ${JSON.stringify(waitedFor)} within ${waitedMs / 1000} s. ${shown}`,
      { retry: "now", details: { waitedFor, waitedMs, screen, lastLines, ...more } },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#pulling?.catch(() => {});
    await this.#stream.return?.();
    this.#screen.dispose();
  }

  /** Runs a wait; its `pull` fetches more output and throws when time is up or the wait is cancelled. */
  async #within<T>(
    waitedFor: string,
    { timeoutMs, signal }: WaitOptions,
    work: (pull: (atMostMs?: number) => Promise<boolean>) => Promise<T>,
  ): Promise<T> {
    const limit = Promise.withResolvers<never>();
    limit.promise.catch(() => {}); // told by a race below, unless the work was faster
    const timer = setTimeout(() => limit.reject(this.evidence(waitedFor, timeoutMs)), timeoutMs);
    const onAbort = (): void => limit.reject(new AppError("cancelled", "Cancelled"));
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    try {
      return await work(async (atMostMs) => {
        const news = this.#pull().then(() => true);
        if (atMostMs === undefined) return Promise.race([news, limit.promise]);
        let quiet: NodeJS.Timeout | undefined;
        const silence = new Promise<boolean>((resolve) => {
          quiet = setTimeout(() => resolve(false), atMostMs);
        });
        return Promise.race([news, limit.promise, silence]).finally(() => clearTimeout(quiet));
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  async #isQuiet(forMs: number, pull: (atMostMs: number) => Promise<boolean>): Promise<boolean> {
    return this.#pending === "" && !(await pull(forMs));
  }

  #view(): ScreenView {
    const screen = this.#screen;
    return {
      rows: () => screen.rows(),
      cursorLine: () => screen.cursorLine(),
      highlight: () => this.highlight(),
      answered: this.#answered,
    };
  }

  async #echoed(piece: string, from: number, options: WaitOptions): Promise<boolean> {
    try {
      await this.#within("the echo", options, async (pull) => {
        for (;;) {
          await this.#drawPending();
          const end = echoEnd(this.#unmatched, from, piece);
          if (end === null) {
            await pull();
            continue;
          }
          this.#unmatched = this.#unmatched.slice(0, from) + this.#unmatched.slice(end);
          this.#before = this.#screen.rows();
          return;
        }
      });
      return true;
    } catch (error) {
      if (AppError.from(error).code === "console-timeout") return false;
      throw error;
    }
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
    this.#pulledBytes += result.value.length;
    this.#pending += this.#decoder.decode(result.value, { stream: true });
  }

  async #drawPending(): Promise<void> {
    const input = this.#pending;
    if (input === "") return;
    this.#pending = "";
    const { text } = this.#plain.read(input);
    this.#unmatched = (this.#unmatched + text).slice(-maxUnmatchedChars);
    this.#tail = (this.#tail + text).slice(-maxTailChars);
    this.#answered = true;
    await this.#screen.write(input);
  }

  #matchUnmatched(wanted: Matcher): RegExpMatchArray | null {
    if (this.#unmatched === "") return null;
    const match = wanted.inText(this.#unmatched);
    if (match === null) return this.#matchScreen(wanted);
    this.#unmatched = this.#unmatched.slice((match.index ?? 0) + match[0].length);
    this.#before = this.#screen.rows();
    return match;
  }

  /** Looks at what is pending. What follows a match stays pending: it belongs to the next wait. */
  async #advance(wanted: Matcher): Promise<RegExpMatchArray | null> {
    const input = this.#pending;
    const seen = this.#unmatched.length;
    const piece = this.#plain.read(input);
    const text = this.#unmatched + piece.text;
    const match = wanted.inText(text);
    const matchEnd = match === null ? text.length : (match.index ?? 0) + match[0].length;
    // A pattern that looks ahead may end in what was drawn before; then all of this piece is drawn too.
    const drawn = piece.ends[matchEnd - seen - 1] ?? input.length;
    // A kept character ends every sequence before it, so the reader may begin anew after it.
    if (match !== null && drawn < input.length) this.#plain = new PlainTextReader();
    this.#pending = match === null ? "" : input.slice(drawn);
    this.#tail = (this.#tail + text.slice(seen, Math.max(matchEnd, seen))).slice(-maxTailChars);
    this.#answered = true;
    await this.#screen.write(input.slice(0, input.length - this.#pending.length));
    if (match === null) {
      this.#unmatched = text.slice(-maxUnmatchedChars);
      return this.#matchScreen(wanted);
    }
    this.#unmatched = drawn === input.length ? text.slice(matchEnd) : "";
    this.#before = this.#screen.rows();
    return match;
  }

  #matchScreen(wanted: Matcher): RegExpMatchArray | null {
    const rows = this.#screen.rows();
    const match = wanted.onScreen(rows, this.#before);
    if (match === null) return null;
    this.#unmatched = "";
    this.#before = rows;
    return match;
  }
}
