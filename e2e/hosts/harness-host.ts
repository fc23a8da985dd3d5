import { chromium, type Page } from "@playwright/test";
import { join } from "node:path";
import type { Asked, Told } from "#e2e/harness/control.ts";
import { homeEnvironment } from "./home.ts";
import { HostProcess } from "./host-process.ts";
import { repository, windowSize, type RunningHost } from "./running-host.ts";

export interface HarnessHost extends RunningHost {
  /** What happened outside the page: links opened, dialogs shown. */
  readonly told: readonly Told[];
  /** Does what a person would do outside the page. */
  ask(what: Asked): void;
}

/** The built main process and preload under the stand-in for Electron. */
export async function startHarnessHost(home: string): Promise<HarnessHost> {
  const launcher = join(repository, "e2e", "harness", "launch.ts");
  const app = HostProcess.fork(launcher, ["out/main/main.js"], repository, homeEnvironment(home));
  const told: Told[] = [];
  const started = await app.waitFor<Told & { type: "chromium" }>("browser", (tell) => {
    app.child.on("message", (message: Told) => {
      told.push(message);
      if (message.type === "chromium") tell(message);
    });
  });
  const browser = await chromium.connectOverCDP(started.endpoint, { isLocal: true });
  const [context] = browser.contexts();
  if (context === undefined) throw new Error("The harness's browser has no context");
  const page = await firstPage(context.pages(), () => context.waitForEvent("page"));
  await page.setViewportSize(windowSize);
  await page.waitForURL(/^https:\/\/goldsmith\.app\.invalid\//);
  return {
    page,
    told,
    ask: (what) => app.child.send(what),
    output: () => app.said,
    end: async (how) => {
      await app.end(() => (how === "quit" ? app.child.send({ type: "quit" }) : app.child.kill("SIGKILL")));
      // A crash takes Electron's own renderers along at once; this browser would need a moment to notice.
      if (how === "SIGKILL" && isAlive(started.pid)) process.kill(started.pid, "SIGKILL");
      await browser.close();
      await processGone(started.pid);
    },
  };
}

const firstPage = async (pages: Page[], wait: () => Promise<Page>): Promise<Page> =>
  pages[0] ?? (await wait());

/** The browser ends when its pipe closes; its profile must not be in use at the next start. */
async function processGone(pid: number): Promise<void> {
  for (let waitedMs = 0; isAlive(pid); waitedMs += 50) {
    if (waitedMs > 15_000) throw new Error(`The browser ${pid} is still there`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
