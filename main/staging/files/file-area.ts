/** What lies at a path. Symbolic links are never followed when a folder is read: they are `other`. */
export interface AreaEntry {
  readonly name: string;
  readonly kind: "file" | "folder" | "other";
  readonly sizeBytes: number;
  /** null: not told. */
  readonly modifiedAtMs: number | null;
}

/** Writes one unfinished file from a given byte on. */
export interface PartWriter {
  /** Takes the next bytes. When it resolves the buffer is the caller's again, and there is room for more. */
  write(bytes: Buffer, startByte: number): Promise<void>;
  /** Resolves when all is on the disk of the other side, as far as it can be told. */
  finish(): Promise<void>;
  /** Lets go, also in the middle. Never rejects. */
  close(): Promise<void>;
}

/**
 * Somebody's folder, opened for one call of a store. Paths are below it, `/` between names. Failures are AppErrors;
 * after an abort of the signal that it was opened with every call fails.
 */
export interface FileArea extends AsyncDisposable {
  /** The folder itself, as its owner writes it; for people. */
  readonly root: string;
  /** null: nothing is there. */
  stat(path: string): Promise<AreaEntry | null>;
  /** null: no such folder. Without `.` and `..`. */
  readFolder(path: string): Promise<AreaEntry[] | null>;
  /** One level; one that is there already is no error. Others can pass through it, but not list it. */
  makeFolder(path: string): Promise<void>;
  /** Answers false when it is not empty or cannot be removed; one that is gone is true. */
  removeFolder(path: string): Promise<boolean>;
  /** A file that is gone is no error. */
  removeFile(path: string): Promise<void>;
  /** Replaces a file of the new name. */
  rename(from: string, to: string): Promise<void>;
  /** Bytes that can still be written; null: not told. */
  freeBytes(): Promise<number | null>;
  /** Creates the file when `fromByte` is 0, else goes on with the one that is there. Everybody may read it. */
  openPart(path: string, options: WriterOptions): Promise<PartWriter>;
  /** Hex SHA-256 of the first bytes, computed on the other side; null: it computes none. */
  remoteSha256(path: string, byteCount: number): Promise<string | null>;
  /** The bytes from start to end, in order. */
  read(path: string, startByte: number, endByte: number): AsyncIterable<Buffer>;
}

export interface WriterOptions {
  readonly fromByte: number;
  /** Told of bytes that the other side has taken. */
  readonly onTaken: (byteCount: number) => void;
}
