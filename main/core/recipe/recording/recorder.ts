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
const echoMs = 1_500;
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
  #seen: RecordedMachine;
  /** The cursor's line when the line that is being typed was begun. */
  #prompt: string | null = null;
  #typed = "";
  #keys: string[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(session: ConsoleSession, machine: () => RecordedMachine) {
    this.#session = session;
    this.#machine = machine;
    this.#seen = machine();
    this.#steps = new StepList();
    this.#steps.add("boot");
  }

  static async start(console: MachineConsole, machine: () => RecordedMachine): Promise<Recorder> {
    const end = await console.transcriptBytes();
    const fromByte = Math.max(0, end - redrawBytes);
    const session = await ConsoleSession.attach(console, { fromByte });
    await session.drawAhead(end - fromByte);
    return new Recorder(session, machine);
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
    const prompt = this.#prompt ?? "";
    const isAskedSecret = asksForSecret.test(prompt.trimEnd());
    if (this.#typed !== "" && !isAskedSecret) await this.#awaitEcho(prompt);
    else await this.#look();
    const { before, after } = this.#session.cursorLine();
    const shown = before.startsWith(prompt) ? (before.slice(prompt.length) + after).trimEnd() : "";
    const highlight = this.#typed === "" && this.#keys.length > 0 ? this.#session.highlight() : null;
    const isEntry =
      highlight !== null || (this.#typed === "" && shown === "" && isMenu(this.#session, prompt));
    const entry = highlight ?? (isEntry ? this.#session.highlight() : null);
    if (entry !== null && entry.text !== "") {
      this.#steps.choose(entry.text, dialogTitle(this.#session.screen()));
    } else {
      this.#steps.expectPrompt(stablePrompt(prompt, this.#session.screen()));
      const isSecret = this.#typed !== "" && (isAskedSecret || shown === "");
      if (isSecret) this.#steps.typeSecret(this.#typed, prompt);
      else this.#steps.type(this.#keys.length > 0 || shown !== "" ? shown : this.#typed);
    }
    this.#prompt = null;
    this.#typed = "";
    this.#keys = [];
    this.#session.markSeen();
  }

  async #awaitEcho(prompt: string): Promise<void> {
    const wanted = this.#typed.trimEnd();
    await this.#session
      .waitUntil(
        "the echo",
        (view) => {
          const { before, after } = view.cursorLine();
          return before.startsWith(prompt) && (before + after).trimEnd().endsWith(wanted) ? true : null;
        },
        { timeoutMs: echoMs },
      )
      .catch((error: unknown) => {
        if (AppError.from(error).code !== "console-timeout") throw error;
      });
  }

  /** Keys without an Enter after them: what is left when the guest was started anew or the recording ends. */
  #flushKeys(): void {
    if (this.#typed !== "") {
      this.#steps.expectPrompt(stablePrompt(this.#prompt ?? "", this.#session.screen()));
      this.#steps.type(this.#typed, false);
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

/** Enter on something that stands out, where no text waits before the cursor: a dialog and no command line. */
const isMenu = (session: ConsoleSession, prompt: string): boolean => {
  const highlight = session.highlight();
  return highlight !== null && (prompt.trim() === "" || !/[:$#%>?\]] ?$/.test(prompt));
};

/** The bytes of a key as they were typed: the terminal of the person knows best what it sends. */
function keyText(typed: string, key: string): string {
  // A key is either all of what was typed, or one control character in it.
  // oxlint-disable-next-line no-control-regex -- control characters are what keys send
  const sequences = typed.match(/\u001b(?:\[[0-?]*[ -/]*[@-~]|O.)|[\u0000-\u001f\u007f]/g) ?? [];
  return sequences.find((one) => readTyped(one).some((piece) => "key" in piece && piece.key === key)) ?? "";
}
