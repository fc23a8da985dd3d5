import { AppError } from "#core/lib/app-error.ts";
import type { ConsoleSession, WaitOptions } from "./console-session.ts";
import type { Highlight } from "./highlight.ts";
import { keySequence, type KeyName } from "./keys.ts";
import { inLimitedTime } from "./limited-time.ts";
import { entryMatches, placesOf, type Place } from "./menu-entries.ts";

export interface ChooseOptions extends WaitOptions {
  /** Pressed on the wanted entry; `space` ticks a box; null: only goes there. Default `enter`. */
  readonly press?: "enter" | "space" | null;
  /** Only when this is on the screen: the dialog's title, so that an older dialog is not taken for it. */
  readonly within?: string | RegExp;
  /** A key that moves nothing for so long did not move: the end of a list. Default 5 s. */
  readonly stuckMs?: number;
  /** A dialog is painted piece by piece; it is looked at when nothing came for so long. Default 250 ms. */
  readonly settleMs?: number;
}

/** Emulated guests are slow. */
const defaultStuckMs = 5_000;
const defaultSettleMs = 250;
/** Lists of languages and time zones are long; a menu that goes round in circles ends too. */
const maxMoves = 600;

/**
 * Moves the highlight of a menu or dialog until the wanted entry has it, then presses Enter. Looks at the screen
 * after every key, so a slow guest gets one key at a time. A text is the whole entry (or its first column), a
 * pattern any part. Throws `console-timeout` with the entries that were seen, and `bad-input` for a
 * pattern that takes too long.
 */
export async function choose(
  session: ConsoleSession,
  wanted: string | RegExp,
  options: ChooseOptions,
): Promise<void> {
  const deadlineMs = performance.now() + options.timeoutMs;
  const limits = (mostMs = Infinity): WaitOptions => ({
    timeoutMs: Math.max(1, Math.min(mostMs, deadlineMs - performance.now())),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const words = typeof wanted === "string" ? wanted : String(wanted);
  const limited = <T>(match: () => T): T =>
    typeof wanted === "string" ? match() : inLimitedTime(wanted, match);
  const { within } = options;
  let at = await session.waitUntil(
    `a highlighted entry, to choose ${words}`,
    (view) => {
      const isThere = within === undefined || view.rows().some((row) => contains(row, within));
      return view.answered && isThere ? view.highlight() : null;
    },
    { ...limits(), settleMs: options.settleMs ?? defaultSettleMs },
  );
  const seen = new Set<string>();
  const way = new Way();
  for (let moves = 0; !limited(() => entryMatches(at.text, wanted)); moves += 1) {
    seen.add(at.text);
    const key = way.next(
      at,
      limited(() => placesOf(session.runs(), wanted)),
    );
    if (key === null || moves >= maxMoves || performance.now() >= deadlineMs)
      throw session.evidence(`the entry ${words}`, options.timeoutMs, { entries: [...seen] });
    const before = at;
    await session.type(keySequence(key) ?? "");
    const moved = await session
      .waitUntil(
        `the highlight to move`,
        (view) => movedFrom(before, view.highlight()),
        limits(options.stuckMs ?? defaultStuckMs),
      )
      .catch((error: unknown) => {
        if (AppError.from(error).code === "console-timeout") return null;
        throw error;
      });
    way.told(key, moved !== null);
    at = moved ?? at;
  }
  if (options.press === null) return;
  await session.type(options.press === "space" ? " " : "\r");
}

const contains = (row: string, wanted: string | RegExp): boolean =>
  typeof wanted === "string" ? row.includes(wanted) : wanted.test(row);

const movedFrom = (before: Highlight, now: Highlight | null): Highlight | null =>
  now === null || (now.row === before.row && now.fromColumn === before.fromColumn && now.text === before.text)
    ? null
    : now;

/** A text this far beside the highlight is in another part of the dialog. */
const asideColumns = 4;

/**
 * Which key next: towards the entry where it is shown, else down to the end and up to the beginning, then through
 * the other parts of the dialog with Tab. A way that led nowhere is not tried again.
 */
class Way {
  readonly #stuck = new Set<KeyName>();
  #tabs = 0;

  next(at: Highlight, places: readonly Place[]): KeyName | null {
    const inColumn = places.filter(
      ({ fromColumn, toColumn }) =>
        fromColumn < at.toColumn + asideColumns && toColumn > at.fromColumn - asideColumns,
    );
    const onlyButtons = places.length > 0 && places.every(({ isButton }) => isButton);
    if (!onlyButtons) {
      const others = inColumn.filter(({ row, isWhole }) => isWhole && row !== at.row);
      const towards = others.map(({ row }): KeyName => (row > at.row ? "down" : "up"));
      for (const key of [...towards, "down", "up"] as const) if (!this.#stuck.has(key)) return key;
    }
    this.#tabs += 1;
    return this.#tabs <= 20 ? "tab" : null;
  }

  told(key: KeyName, moved: boolean): void {
    if (!moved) this.#stuck.add(key);
    else if (key === "tab") this.#stuck.clear();
  }
}
