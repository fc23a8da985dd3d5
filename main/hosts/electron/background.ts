import { app, dialog, Notification, type BrowserWindow } from "electron";
import type { JobView } from "#contract/job.ts";
import type { Core } from "#core/create-core.ts";
import { activePublishes, endWords, watchPublishEnds } from "./publish-ends.ts";

/** After the last publish a notification needs this long to get to the desktop before the app leaves. */
const leaveAfterMs = 3000;

export interface Background {
  /** Asks, once for each closing, when publishes are under way. */
  guard(window: BrowserWindow): void;
  /** All windows are gone: true while publishes go on without one. */
  staysWithoutWindow(): boolean;
}

/**
 * Publishes outlive the window when the person wants it: they go on without one and tell their end on the desktop.
 * Starting the app again shows a window; when the last publish has ended without one, the app leaves.
 */
export function createBackground(core: Core, show: (job: JobView | null) => void): Background {
  let staying = false;
  let quitting = false;
  app.on("before-quit", () => {
    quitting = true;
  });
  const windows = new Set<BrowserWindow>();
  const busy = (): number => activePublishes(core.store.state).length;

  const onEnd = (job: JobView): void => {
    const words = endWords(job, core.store.state);
    if (words !== null && !anyInFront(windows) && Notification.isSupported()) {
      const notification = new Notification(words);
      notification.on("click", () => show(job));
      notification.show();
    }
    if (busy() > 0 || windows.size > 0 || process.platform === "darwin") return;
    setTimeout(() => {
      if (busy() === 0 && windows.size === 0) app.quit();
    }, leaveAfterMs);
  };
  // Ends with the process; a state that can no longer be watched has nothing to tell.
  void watchPublishEnds(core.store, new AbortController().signal, onEnd).catch(() => {});

  return {
    guard(window) {
      windows.add(window);
      let decided = false;
      window.on("closed", () => windows.delete(window));
      window.on("close", (event) => {
        if (decided || quitting || busy() === 0) return;
        event.preventDefault();
        void ask(window, busy()).then((answer) => {
          if (answer === "back" || window.isDestroyed()) return;
          decided = true;
          staying = answer === "stay";
          if (staying) window.close();
          else app.quit();
        });
      });
    },
    staysWithoutWindow: () => staying && !quitting && busy() > 0,
  };
}

const anyInFront = (windows: ReadonlySet<BrowserWindow>): boolean =>
  [...windows].some((window) => !window.isDestroyed() && window.isVisible() && window.isFocused());

async function ask(window: BrowserWindow, count: number): Promise<"stay" | "quit" | "back"> {
  const { response } = await dialog.showMessageBox(window, {
    type: "question",
    title: "Goldsmith",
    message: count === 1 ? "A publish is under way" : `${count} publishes are under way`,
    detail:
      "They can go on without the window and tell you when they have ended. " +
      "If you quit, they go on where they stopped at the next start; nothing that was sent is sent again.",
    buttons: ["Keep publishing", "Quit", "Cancel"],
    defaultId: 0,
    cancelId: 2,
  });
  return response === 0 ? "stay" : response === 1 ? "quit" : "back";
}
