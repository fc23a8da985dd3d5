/** The serial console of one machine. The transcript file is the truth; nothing of it is kept in memory. */
export interface MachineConsole {
  /**
   * The transcript from `fromByte` on, then live, until the signal aborts or the machine is deleted. Pulled:
   * reads the transcript file in pieces of at most 64 KiB, so a slow consumer costs nothing.
   */
  read(fromByte: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /**
   * Types text at the guest; resolves when QEMU's socket has taken all bytes. Writes of one process go out in
   * the order of their calls. Throws `machine-not-running`, `machine-busy` (another process types), `cancelled`.
   */
  write(text: string, signal?: AbortSignal): Promise<void>;
  /** Serial break condition, e.g. for SysRq. */
  sendBreak(): Promise<void>;
  transcriptBytes(): Promise<number>;
}
