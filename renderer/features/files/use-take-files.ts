import { useCallback, useEffect } from "react";
import { AppError } from "#core/lib/app-error.ts";
import { useRunCheck } from "#renderer/features/check/use-check.ts";
import { openDialog } from "#renderer/view-state/view-state.ts";
import { showError } from "#renderer/view-state/toasts.ts";
import { looksLikeIso } from "./looks-like-iso.ts";
import { useSendFile, type Sending } from "./use-send-file.ts";

export interface TakeFiles {
  take: (files: readonly File[]) => Promise<void>;
  sending: Sending | null;
  cancel: () => void;
}

/** What dropping means: an installer ISO becomes a new machine, everything else is checked. */
export function useTakeFiles(): TakeFiles {
  const { send, sending, error, cancel } = useSendFile();
  const runCheck = useRunCheck();

  const takeOne = useCallback(
    async (file: File) => {
      const iso = await isIso(file);
      if (iso === null) return;
      const path = await send(file);
      if (path === null) return;
      if (iso) openDialog({ kind: "create-machine", isoPath: path });
      else await runCheck({ kind: "file", path }, { show: true });
    },
    [runCheck, send],
  );
  const take = useCallback(
    async (files: readonly File[]) => {
      for (const file of files) await takeOne(file);
    },
    [takeOne],
  );
  useEffect(() => {
    if (error !== null) showError(error);
  }, [error]);
  return { take, sending, cancel };
}

/** null: it cannot be read, and that was said. */
async function isIso(file: File): Promise<boolean | null> {
  try {
    return await looksLikeIso(file);
  } catch (cause) {
    showError(
      new AppError("bad-input", `“${file.name}” cannot be read`, {
        hint: "Drop a file, not a folder, and check that you may read it.",
        cause,
      }),
    );
    return null;
  }
}
