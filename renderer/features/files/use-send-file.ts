import { useCallback, useEffect, useRef, useState } from "react";
import { AppError } from "#core/lib/app-error.ts";
import { useCore } from "#renderer/host/core-context.tsx";

export interface Sending {
  name: string;
  doneBytes: number;
  totalBytes: number;
}

export interface SendFile {
  /** Path of the file where the core runs; null when it failed or was cancelled. */
  send: (file: File) => Promise<string | null>;
  sending: Sending | null;
  error: AppError | null;
  cancel: () => void;
}

/** Brings a chosen or dropped file to the core: at once on the desktop, by upload from a browser. */
export function useSendFile(): SendFile {
  const { host } = useCore();
  const [sending, setSending] = useState<Sending | null>(null);
  const [error, setError] = useState<AppError | null>(null);
  const current = useRef<AbortController | null>(null);

  const cancel = useCallback(() => current.current?.abort(), []);
  // What nobody waits for any more is not sent on.
  useEffect(() => cancel, [cancel]);

  const send = useCallback(
    async (file: File) => {
      cancel();
      const ending = new AbortController();
      current.current = ending;
      setError(null);
      try {
        return await host.pathOf(file, {
          signal: ending.signal,
          onProgress: (doneBytes, totalBytes) => setSending({ name: file.name, doneBytes, totalBytes }),
        });
      } catch (cause) {
        const failure = AppError.from(cause);
        if (failure.code !== "cancelled") setError(failure);
        return null;
      } finally {
        if (current.current === ending) setSending(null);
      }
    },
    [cancel, host],
  );
  return { send, sending, error, cancel };
}
