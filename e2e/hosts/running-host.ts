import type { Page } from "@playwright/test";

export type HostName = "browser" | "electron-harness" | "electron";

/** How a host is ended: as a crash or power cut would, or as a user does. */
export type Ending = "SIGKILL" | "quit";

/** One run of the app with its window. */
export interface RunningHost {
  readonly page: Page;
  /** What the processes have printed. */
  output(): string;
  /** Resolves when every process of the host is gone (guests are not the host's). */
  end(how: Ending): Promise<void>;
}

export type StartHost = (home: string) => Promise<RunningHost>;

export const repository = new URL("../../", import.meta.url).pathname;

/** Of the window's content, on every host that can set it: pictures of the specs compare. */
export const windowSize = { width: 1280, height: 820 };
