import { useEffect, useState } from "react";
import type { IsoLook } from "#contract/install.ts";
import { AppError } from "#core/lib/app-error.ts";
import { useCore } from "#renderer/host/core-context.tsx";

/** A path is typed letter by letter; it is looked at when the typing rests. */
const restMs = 300;

/** What the chosen ISO is; null while it is not known or is none. */
export function useIsoLook(path: string): { look: IsoLook | null; error: AppError | null } {
  const { client } = useCore();
  const [seen, setSeen] = useState<{ path: string; look: IsoLook | null; error: AppError | null } | null>(
    null,
  );
  useEffect(() => {
    if (path === "") return;
    const ending = new AbortController();
    const timer = setTimeout(() => {
      client.call("isos.look", { path }, ending.signal).then(
        (look) => setSeen({ path, look, error: null }),
        (cause: unknown) => {
          if (!ending.signal.aborted) setSeen({ path, look: null, error: AppError.from(cause) });
        },
      );
    }, restMs);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [client, path]);
  return seen?.path === path ? seen : { look: null, error: null };
}
