import { ConsoleSession } from "#core/console/console-session.ts";
import { readTyped } from "#core/console/keys.ts";
import type { MachineConsole } from "#core/console/machine-console.ts";
import { AppError } from "#core/lib/app-error.ts";
import { dialogTitle, stablePrompt } from "./screen-words.ts";
import { StepList, type RecordedStep } from "./step-list.ts";

/** What a recording looks at beside the console. */
export interface RecordedMachine {
  readonly power: string;
  readonly startedAt: string | null;
  readonly isoPath: string | null;
}

/** Enough of the transcript to draw the screen again. */
const redrawBytes = 64 * 1024;
/** How long after Enter's key a guest may show what was typed before; a password is never shown. */
const usualEchoMs = 4_000;
const asksForSecret = /(pass(word|phrase|code)?|secret|pin|not shown)[^:]*:?\s*$/i;

/**
 * Turns what a person types into steps: before each line what the screen waited with, then the line as the screen
 * shows it (so completions and corrections count); in a menu the entry that Enter was pressed on; what is not echoed
 * becomes a secret variable, whose value is not kept.
 */
export class Recorder implements AsyncDisposable {
  readonly #session: ConsoleSession;
  readonly #machine: () => RecordedMachine;
  readonly #steps: StepList;
  readonly #echoMs: number;
  #seen: RecordedMachine;
  /** The cursor's line when the line that is being typed was begun. */
  #prompt: string | null = null;
  #typed = "";
  #keys: string[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(session: ConsoleSession, machine: () => RecordedMachine, echoMs: number) {
    this.#echoMs = echoMs;
    this.#session = session;
    this.#machine = machine;
    this.#seen = machine();
    this.#steps = new StepList();
    this.#steps.add("boot");
  }

  static async start(
    console: MachineConsole,
    machine: () => RecordedMachine,
    { echoMs = usualEchoMs } = {},
  ): Promise<Recorder> {
    const end = await console.transcriptBytes();
    const fromByte = Math.max(0, end - redrawBytes);
    const session = await ConsoleSession.attach(console, { fromByte });
    await session.drawAhead(end - fromByte);
    return new Recorder(session, machine, echoMs);
  }

  /** Call it before the text is sent to the guest, which `send` then does. Texts go one after the other. */
  typed(text: string, send: (text: string) => Promise<void>): Promise<void> {
    const turn = this.#turn.then(() => this.#take(text, send));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async stop(): Promise<{ steps: RecordedStep[]; secrets: string[] }> {
    await this.#turn;
    await this.#look();
    this.#flushKeys();
    const { power } = this.#machine();
    if (power === "off" && this.#seen.power !== "off") this.#steps.add("waitForPowerOff");
    return this.#steps.finish();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }

  async #take(text: string, send: (text: string) => Promise<void>): Promise<void> {
    await this.#look();
    this.#noticeMachine();
    for (const piece of readTyped(text)) {
      if ("text" in piece) {
        this.#begin();
        this.#typed += piece.text;
        await send(piece.text);
      } else if (piece.key === "enter") {
        await this.#enter();
        await send("\r");
      } else {
        this.#begin();
        if (piece.key === "backspace") this.#typed = Array.from(this.#typed).slice(0, -1).join("");
        else this.#keys.push(piece.key);
        await send(keyText(text, piece.key));
      }
    }
  }

  /** Draws what came meanwhile. */
  async #look(): Promise<void> {
    await this.#session.catchUp();
  }

  #begin(): void {
    this.#prompt ??= this.#session.cursorLine().before;
  }

  async #enter(): Promise<void> {
    this.#begin();
    const begunAt = this.#prompt ?? "";
    const isAskedSecret = asksForSecret.test(begunAt.trimEnd());
    if (this.#typed !== "" && !isAskedSecret) await this.#awaitEcho(begunAt);
    const line = this.#line();
    const entry = this.#chosen(begunAt, line);
    if (entry !== null) this.#steps.choose(entry, dialogTitle(this.#session.screen()));
    else if (this.#keys.length === 0 && isEchoed(line, begunAt, this.#typed)) {
      // Typed ahead of the prompt, the line was begun elsewhere: what stands before the text is what was waited with.
      const prompt = line.slice(0, line.length - this.#typed.trimEnd().length);
      this.#steps.expectPrompt(stablePrompt(prompt, this.#session.screen()));
      this.#steps.type(this.#typed);
    } else {
      this.#steps.expectPrompt(stablePrompt(begunAt, this.#session.screen()));
      const shown = line.startsWith(begunAt.trimEnd()) ? line.slice(begunAt.length) : "";
      if (this.#keys.length > 0 && !isAskedSecret) this.#steps.type(shown);
      else if (this.#typed === "") this.#steps.press(["enter"]);
      else this.#steps.typeSecret(this.#typed, begunAt);
    }
    this.#prompt = null;
    this.#typed = "";
    this.#keys = [];
    this.#session.expectNews();
  }

  #line(): string {
    const { before, after } = this.#session.cursorLine();
    return (before + after).trimEnd();
  }

  /** The entry that Enter is pressed on, where a dialog has the keys and no line is typed. */
  #chosen(begunAt: string, line: string): string | null {
    const isUntouched = line === begunAt.trimEnd();
    if (this.#typed !== "" || (!isUntouched && this.#keys.length === 0)) return null;
    // Keys that brought a command back from the history, or Enter alone, where a command line waits.
    if (/[:$#%>\]?] ?$/.test(begunAt) && line.startsWith(begunAt.trimEnd())) return null;
    const highlight = this.#session.highlight();
    return highlight === null || highlight.text === "" ? null : highlight.text;
  }

  async #awaitEcho(begunAt: string): Promise<void> {
    await this.#session
      .waitUntil("the echo", () => (isEchoed(this.#line(), begunAt, this.#typed) ? true : null), {
        timeoutMs: this.#echoMs,
      })
      .catch((error: unknown) => {
        if (AppError.from(error).code !== "console-timeout") throw error;
      });
  }

  /** Keys without an Enter after them: what is left when the guest was started anew or the recording ends. */
  #flushKeys(): void {
    const begunAt = this.#prompt ?? "";
    if (this.#typed !== "") {
      this.#steps.expectPrompt(stablePrompt(begunAt, this.#session.screen()));
      const isShown = !asksForSecret.test(begunAt.trimEnd()) && isEchoed(this.#line(), begunAt, this.#typed);
      if (isShown) this.#steps.type(this.#typed, false);
      else this.#steps.typeSecret(this.#typed, begunAt, false);
    }
    if (this.#keys.length > 0) this.#steps.press(this.#keys);
    this.#prompt = null;
    this.#typed = "";
    this.#keys = [];
  }

  #noticeMachine(): void {
    const now = this.#machine();
    if (now.startedAt !== this.#seen.startedAt && this.#seen.startedAt !== null) {
      this.#flushKeys();
      this.#steps.add("waitForPowerOff");
      if (this.#seen.isoPath !== null && now.isoPath === null) this.#steps.add("eject");
      this.#steps.add("boot");
    } else if (this.#seen.isoPath !== null && now.isoPath === null) this.#steps.add("eject");
    this.#seen = now;
  }
}

/** The line has grown by what was typed since it was begun, or it is another line that ends with it. */
const isEchoed = (line: string, begunAt: string, typed: string): boolean =>
  line.endsWith(typed.trimEnd()) &&
  (!line.startsWith(begunAt.trimEnd()) || line.length >= begunAt.trimEnd().length + typed.trimEnd().length);

/** The bytes of a key as they were typed: the terminal of the person knows best what it sends. */
function keyText(typed: string, key: string): string {
  // A key is either all of what was typed, or one control character in it.
  // oxlint-disable-next-line no-control-regex -- control characters are what keys send
  const sequences = typed.match(/\u001b(?:\[[0-?]*[ -/]*[@-~]|O.)|[\u0000-\u001f\u007f]/g) ?? [];
  return sequences.find((one) => readTyped(one).some((piece) => "key" in piece && piece.key === key)) ?? "";
}
