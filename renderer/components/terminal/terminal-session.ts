import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { WebglAddon } from "@xterm/addon-webgl";
import { Terminal } from "@xterm/xterm";
import type { ShownTheme } from "#renderer/view-state/theme.ts";
import { setSpanStylesByModel, withStyleStandIns } from "./csp-styles.ts";
import { hasGraphicsCard } from "./graphics-card.ts";
import { lastLines } from "./last-lines.ts";
import { guardQueries } from "./query-guard.ts";
import { inSlices } from "./slices.ts";
import { atLeastSerial, serialSize, suitableFontPx, typicalCell, type CellRatio } from "./terminal-size.ts";
import { terminalThemes } from "./terminal-theme.ts";

export interface SessionEvents {
  /** What a person typed, and answers to the guest's questions. */
  onInput: (text: string) => void;
  /** The last lines as text, at most four times a second. */
  onText: (text: string) => void;
  onScrolledUp: (scrolledUp: boolean) => void;
  onSize: (columns: number, rows: number) => void;
  onFound: (index: number, count: number) => void;
  /** A key of ours was pressed; true when it was taken and the guest must not get it. */
  onKey: (event: KeyboardEvent) => boolean;
}

export interface SessionLook {
  theme: ShownTheme;
  fixedSize: boolean;
  /** null: chosen to suit the pane. */
  fontPx: number | null;
}

const scrollbackLines = 20_000;
const textLines = 100;
const textPauseMs = 250;
/** In a flood nobody reads the lines as text, and laying them out again would cost the window its frames. */
const floodPauseMs = 1_500;
const floodBytes = 64 * 1024;

/** One terminal on the page: xterm, its addons, and how it fits its pane. Dispose it to leave nothing behind. */
export class TerminalSession {
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #search = new SearchAddon();
  readonly #pane: HTMLElement;
  readonly #observer: ResizeObserver;
  #events: SessionEvents | null = null;
  #look: SessionLook = { theme: "dark", fixedSize: true, fontPx: null };
  #replaying = true;
  #scrolledUp = false;
  #textTimer: ReturnType<typeof setTimeout> | null = null;
  #bytesSinceText = 0;

  constructor(pane: HTMLElement, screen: HTMLElement) {
    this.#pane = pane;
    this.#terminal = new Terminal({
      allowProposedApi: true,
      logLevel: "off", // boot logs hold sequences cut short; each would be told on the page's console
      cols: serialSize.columns,
      rows: serialSize.rows,
      scrollback: scrollbackLines,
      cursorBlink: true,
      cursorInactiveStyle: "outline",
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue("--font-mono"),
      // More would tear the frames that installers draw.
      lineHeight: 1,
      minimumContrastRatio: 4.5,
      // Pasted text reaches a raw serial line as it is.
      ignoreBracketedPasteMode: true,
      macOptionIsMeta: true,
      rightClickSelectsWord: true,
    });
    const terminal = this.#terminal;
    terminal.loadAddon(this.#fit);
    terminal.loadAddon(this.#search);
    guardQueries(terminal, () => !this.#replaying && this.focused);
    setSpanStylesByModel();
    withStyleStandIns(() => terminal.open(screen));
    this.#useGraphicsCard();
    terminal.onData((text) => this.#events?.onInput(text));
    terminal.onBinary((text) => this.#events?.onInput(text));
    terminal.onResize(({ cols, rows }) => this.#events?.onSize(cols, rows));
    terminal.onRender(() => this.#watchScroll());
    terminal.onWriteParsed(() => this.#scheduleText());
    terminal.attachCustomKeyEventHandler(
      (event) => event.type !== "keydown" || this.#events?.onKey(event) !== true,
    );
    this.#search.onDidChangeResults(({ resultIndex, resultCount }) =>
      this.#events?.onFound(resultIndex, resultCount),
    );
    this.#observer = new ResizeObserver(() => this.refit());
    this.#observer.observe(pane);
  }

  listen(events: SessionEvents): void {
    this.#events = events;
  }

  dispose(): void {
    this.#observer.disconnect();
    if (this.#textTimer !== null) clearTimeout(this.#textTimer);
    this.#terminal.dispose();
  }

  /** `onDrawn` tells that the bytes are parsed: the signal for flow control. */
  write(data: Uint8Array, onDrawn: () => void): void {
    this.#bytesSinceText += data.length;
    const slices = inSlices(data);
    slices.forEach((slice, index) =>
      this.#terminal.write(slice, index === slices.length - 1 ? onDrawn : undefined),
    );
  }

  /** While replaying, questions in the transcript stay unanswered. */
  setReplaying(replaying: boolean): void {
    this.#replaying = replaying;
  }

  get focused(): boolean {
    return document.hasFocus() && this.#terminal.textarea === document.activeElement;
  }

  focus(): void {
    this.#terminal.focus();
  }

  restyle(look: SessionLook): void {
    this.#look = look;
    this.#terminal.options.theme = terminalThemes[look.theme];
    this.refit();
  }

  /** The font size on the screen now. */
  get fontPx(): number {
    return this.#terminal.options.fontSize ?? 13;
  }

  refit(): void {
    const { clientWidth, clientHeight } = this.#pane;
    // A hidden tab measures nothing; what was stays.
    if (clientWidth === 0 || clientHeight === 0) return;
    const { fixedSize, fontPx } = this.#look;
    const style = getComputedStyle(this.#pane);
    const width = clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight);
    const height =
      clientHeight - Number.parseFloat(style.paddingTop) - Number.parseFloat(style.paddingBottom);
    this.#terminal.options.fontSize = fontPx ?? suitableFontPx(fixedSize, width, height, this.#cellRatio());
    const { columns, rows } = fixedSize ? serialSize : atLeastSerial(this.#fit.proposeDimensions());
    this.#terminal.resize(columns, rows);
  }

  selection(): string {
    return this.#terminal.getSelection();
  }

  paste(text: string): void {
    this.#terminal.paste(text);
  }

  scrollToEnd(): void {
    this.#terminal.scrollToBottom();
  }

  find(text: string, direction: "next" | "previous", incremental: boolean): void {
    const dark = this.#look.theme === "dark";
    const options = {
      incremental,
      decorations: {
        matchBackground: dark ? "#4a3b14" : "#f8e7b6",
        matchOverviewRuler: "#e0ad3f",
        activeMatchBorder: "#e0ad3f",
        activeMatchBackground: dark ? "#8a6a1c" : "#eec34f",
        activeMatchColorOverviewRuler: "#e0ad3f",
      },
    };
    if (direction === "next") this.#search.findNext(text, options);
    else this.#search.findPrevious(text, options);
  }

  endFind(): void {
    this.#search.clearDecorations();
    this.#terminal.clearSelection();
  }

  /** What a character takes on the screen, by the font that is really there. */
  #cellRatio(): CellRatio {
    const drawn = this.#terminal.element?.querySelector(".xterm-screen");
    if (!(drawn instanceof HTMLElement) || drawn.clientWidth === 0) return typicalCell;
    const { cols, rows } = this.#terminal;
    return {
      width: drawn.clientWidth / cols / this.fontPx,
      height: drawn.clientHeight / rows / this.fontPx,
    };
  }

  /** A graphics card draws floods many times faster; without one, xterm's own DOM renderer stays. */
  #useGraphicsCard(): void {
    if (!hasGraphicsCard()) return;
    try {
      const addon = new WebglAddon();
      addon.onContextLoss(() => withStyleStandIns(() => addon.dispose()));
      this.#terminal.loadAddon(addon);
    } catch {
      // The card would not give one more context; the DOM renderer goes on.
    }
  }

  #watchScroll(): void {
    const { viewportY, baseY } = this.#terminal.buffer.active;
    const scrolledUp = viewportY < baseY;
    if (scrolledUp === this.#scrolledUp) return;
    this.#scrolledUp = scrolledUp;
    this.#events?.onScrolledUp(scrolledUp);
  }

  #scheduleText(): void {
    if (this.#textTimer !== null) return;
    const isFlood = this.#bytesSinceText > floodBytes;
    this.#bytesSinceText = 0;
    this.#textTimer = setTimeout(
      () => {
        this.#textTimer = null;
        // What came meanwhile is told as well, once it rests.
        if (this.#bytesSinceText > 0) this.#scheduleText();
        this.#events?.onText(lastLines(this.#terminal.buffer.active, textLines));
      },
      isFlood ? floodPauseMs : textPauseMs,
    );
  }
}
