import type { Attributes } from "ssh2";
import { fileModes } from "../files/file-modes.ts";
import { chunkBytes, chunksInFlight, type OpenFile } from "./chunk-writer.ts";
import { statusOf } from "./sftp-error.ts";
import { ExtensionMissing, type SftpSession } from "./sftp-session.ts";

/** SSH_FX_EOF of draft-ietf-secsh-filexfer-02. */
const endOfFile = 1;

/** Opens a file for writing; an existing one is emptied when `create` is set, and kept otherwise. */
export async function openRemoteFile(
  session: SftpSession,
  path: string,
  { create }: { create: boolean },
): Promise<OpenFile> {
  const attributes = { mode: fileModes.file };
  const handle = await session.ask<Buffer>((sftp, done) =>
    sftp.open(path, create ? "w" : "r+", attributes, done),
  );
  // The server's umask may have taken more away; a server that knows no modes may serve the file all the same.
  await session
    .ask((sftp, done) => sftp.fchmod(handle, fileModes.file, done))
    .catch((error: unknown) => {
      if (statusOf(error) === null) throw error;
    });
  return {
    chunkBytes: session.writeBytes,
    write: (bytes, startByte) =>
      session.ask((sftp, done) => sftp.write(handle, bytes, 0, bytes.length, startByte, done)),
    sizeBytes: async () => (await session.ask<Attributes>((sftp, done) => sftp.fstat(handle, done))).size,
    sync: () =>
      session
        .askExtension((sftp, done) => sftp.ext_openssh_fsync(handle, done))
        .catch((error: unknown) => {
          if (!(error instanceof ExtensionMissing)) throw error;
        }),
    close: () => session.ask((sftp, done) => sftp.close(handle, done)),
  };
}

/** The bytes of a file in order, several requests ahead. Ends early where the file does. */
export async function* readRemoteFile(
  session: SftpSession,
  path: string,
  startByte: number,
  endByte: number,
): AsyncGenerator<Buffer> {
  const handle = await session.ask<Buffer>((sftp, done) => sftp.open(path, "r", done));
  const ahead: Promise<Buffer>[] = [];
  let next = startByte;
  const request = (): void => {
    if (next >= endByte) return;
    const wantedBytes = Math.min(chunkBytes, endByte - next);
    const chunk = readChunk(session, handle, next, wantedBytes);
    chunk.catch(() => {}); // told when its turn comes
    ahead.push(chunk);
    next += wantedBytes;
  };
  try {
    for (let count = 0; count < chunksInFlight; count++) request();
    for (let chunk = ahead.shift(); chunk !== undefined; chunk = ahead.shift()) {
      const bytes = await chunk;
      if (bytes.length === 0) return;
      request();
      yield bytes;
    }
  } finally {
    await session.ask((sftp, done) => sftp.close(handle, done)).catch(() => {});
  }
}

/** A server may answer with less than was asked for; only the end of the file makes it less here. */
async function readChunk(
  session: SftpSession,
  handle: Buffer,
  startByte: number,
  wantedBytes: number,
): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(wantedBytes);
  let doneBytes = 0;
  while (doneBytes < wantedBytes) {
    const left = wantedBytes - doneBytes;
    const gotBytes = await session
      .ask<number>((sftp, done) => sftp.read(handle, buffer, doneBytes, left, startByte + doneBytes, done))
      .catch((error: unknown) => {
        if (statusOf(error) === endOfFile) return 0;
        throw error;
      });
    if (gotBytes === 0) break;
    doneBytes += gotBytes;
  }
  return buffer.subarray(0, doneBytes);
}
