import { useCallback, useEffect } from "react";
import { AppError } from "#core/lib/app-error.ts";
import { useRunCheck } from "#renderer/features/check/use-check.ts";
import { closeDialog, openDialog } from "#renderer/view-state/view-state.ts";
import { showError } from "#renderer/view-state/toasts.ts";
import { looksLikeIso } from "./looks-like-iso.ts";
import { useSendFile, type Sending } from "./use-send-file.ts";

export interface TakeFiles {
  take: (files: readonly File[]) => Promise<void>;
  sending: Sending | null;
  cancel: () => void;
}

/**
 * What dropping means: every file is read and judged. One file opens its report, or, when it is an installer ISO,
 * the dialog for a new machine with the report waiting in the sidebar; of several the first opens.
 */
export function useTakeFiles(): TakeFiles {
  const { send, sending, error, cancel } = useSendFile();
  const runCheck = useRunCheck();

  const take = useCallback(
    async (files: readonly File[]) => {
      let shown = false;
      // A browser sends them one after the other; each is read as soon as it has arrived.
      for (const file of files) {
        const iso = await isIso(file);
        if (iso === null) continue;
        const path = await send(file);
        if (path === null) continue;
        const machine = iso && files.length === 1;
        if (machine) openDialog({ kind: "create-machine", isoPath: path });
        // A dialog would hide what the person wants to see now.
        else if (!shown) closeDialog();
        void runCheck({ kind: "file", path }, { show: !machine && !shown });
        shown = true;
      }
    },
    [runCheck, send],
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
