import type { AnyAuthMethod } from "ssh2";
import { AppError } from "#core/lib/app-error.ts";
import { createFileStore } from "../files/file-store.ts";
import type { StagingStore } from "../staging-store.ts";
import { openGate, type TransferGate } from "../transfer-gate.ts";
import { withRetry, type RetryOptions } from "../upload/with-retry.ts";
import { connect } from "./connect.ts";
import { readCredentials } from "./credentials.ts";
import { KeptConnection } from "./kept-connection.ts";
import { openSftpArea, type Connections } from "./sftp-area.ts";
import type { SftpAccess } from "./sftp-access.ts";
import { isConnectionLoss, sftpError } from "./sftp-error.ts";
import type { SftpSession } from "./sftp-session.ts";

const defaultRetry: RetryOptions = { attempts: 5, firstDelayMs: 500 };
const publicHint =
  "Check that the web server serves this folder at that address, and that it may read files of the mode 0644.";

/**
 * A folder of a web server that is reached by SFTP. A connection is kept for a moment after a call, for the next
 * one; there is nothing to close.
 */
export function createSftpStore(
  access: SftpAccess,
  options: { gate?: TransferGate; retry?: RetryOptions } = {},
): StagingStore {
  // A server that cannot be reached has been tried often enough when `connected` gives up; one that went away in the
  // middle of a call has not.
  const gate = options.gate ?? openGate;
  const retry = {
    ...(options.retry ?? defaultRetry),
    isPassing: isConnectionLoss,
    pauses: () => gate.pauses,
  };
  let known: Promise<AnyAuthMethod[]> | null = null;
  const credentials = (): Promise<AnyAuthMethod[]> =>
    (known ??= readCredentials(access).catch((error: unknown) => {
      known = null;
      throw error;
    }));
  const connected = async (signal: AbortSignal): Promise<SftpSession> => {
    const methods = await credentials();
    return withRetry(retry, signal, async () => {
      await gate.pass(0, signal);
      return connect(access, methods, signal);
    }).catch((error: unknown) => {
      throw sftpError(error, access);
    });
  };
  const kept = new KeptConnection();
  const connectionsFor = (signal: AbortSignal): Connections => ({
    take: async () => kept.take() ?? (await connected(signal)),
    give: (session) => kept.give(session),
  });
  return createFileStore({
    publicUrlTemplate: access.publicUrlTemplate,
    publicHint,
    gate,
    inArea: async (signal, work) => {
      try {
        signal.throwIfAborted();
        return await withRetry(retry, signal, async () => {
          await using area = await openSftpArea(access.directory, connectionsFor(signal), signal);
          return await work(area);
        });
      } catch (error) {
        if (signal.aborted) throw new AppError("cancelled", "Cancelled", { cause: error });
        throw sftpError(error, access);
      }
    },
  });
}
