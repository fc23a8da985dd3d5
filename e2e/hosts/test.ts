import { test as base, type Browser, type Page } from "@playwright/test";
import { startBrowserHost } from "./browser-host.ts";
import { startElectronHost } from "./electron-host.ts";
import { startHarnessHost, type HarnessHost } from "./harness-host.ts";
import { createHome, removeHome } from "./home.ts";
import type { Ending, HostName, RunningHost } from "./running-host.ts";

/** The app under test, the same for every host. */
export interface AppUnderTest {
  readonly host: HostName;
  /** The window. Another one after `restart`: always read it from here. */
  readonly page: Page;
  /** GOLDSMITH_HOME of this test; removed afterwards with every guest that still runs in it. */
  readonly home: string;
  /** What surrounds the window (menu, dialogs, links opened), where the harness can play the person. */
  readonly desktop: Pick<HarnessHost, "ask" | "told"> | null;
  /** Ends the app and starts it again in the same home. Guests go on. */
  restart(options: { kill: Ending }): Promise<void>;
}

/** `hostName` comes from the project in playwright.config.ts. */
export const test = base.extend<{ app: AppUnderTest }, { hostName: HostName }>({
  hostName: ["browser", { option: true, scope: "worker" }],
  app: async ({ hostName, playwright }, use, testInfo) => {
    const home = await createHome();
    let browser: Browser | null = null;
    const start = async (): Promise<RunningHost | HarnessHost> => {
      if (hostName === "electron-harness") return startHarnessHost(home);
      if (hostName === "electron") return startElectronHost(home);
      browser ??= await playwright.chromium.launch();
      const [context] = browser.contexts();
      return startBrowserHost(home, context ?? (await browser.newContext()));
    };
    let running = await start();
    try {
      await use({
        host: hostName,
        home,
        get page() {
          return running.page;
        },
        get desktop() {
          return "told" in running ? running : null;
        },
        restart: async ({ kill }) => {
          await running.end(kill);
          running = await start();
        },
      });
      if (testInfo.status !== testInfo.expectedStatus) {
        await testInfo.attach("app-output.txt", { body: running.output(), contentType: "text/plain" });
      }
      await running.end("quit");
    } finally {
      await running.end("SIGKILL").catch(() => {});
      await (browser as Browser | null)?.close();
      await removeHome(home);
    }
  },
});

export { expect } from "@playwright/test";
