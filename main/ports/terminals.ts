export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A program at the other end of a terminal. Output comes only after `resume`, so that it is read at its reader's pace. */
export interface OpenTerminal {
  write(text: string): void;
  resize(size: TerminalSize): void;
  /** Ends the program. */
  close(): void;
  pause(): void;
  resume(): void;
  onData(listener: (bytes: Uint8Array) => void): void;
  onEnd(listener: () => void): void;
}

/** The user's own shell on this computer. */
export interface HostTerminals {
  /** Throws `tool-missing` where the system has no terminals to give. */
  openShell(options: { folder: string; size: TerminalSize }): Promise<OpenTerminal>;
}
