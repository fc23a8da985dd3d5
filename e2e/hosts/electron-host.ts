import { _electron } from "@playwright/test";
import { findElectron, type ElectronBinary } from "#hosts/node/electron-binary.ts";
import { homeEnvironment } from "./home.ts";
import { repository, type RunningHost } from "./running-host.ts";

/** Root may run it here: what is tested is the app, and tests often run as root in containers. */
export const electronBinary = (): ElectronBinary =>
  findElectron({ packageRoot: repository, env: process.env, platform: process.platform, userId: -1 });

/** The real thing: Electron's own program with the built app. */
export async function startElectronHost(home: string): Promise<RunningHost> {
  const binary = electronBinary();
  if (!("path" in binary)) throw new Error(binary.why);
  const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const app = await _electron.launch({
    executablePath: binary.path,
    args: [repository, ...asRoot],
    env: homeEnvironment(home),
  });
  let said = "";
  for (const stream of [app.process().stdout, app.process().stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => (said += text));
  }
  const page = await app.firstWindow();
  await page.waitForURL(/^app:\/\/goldsmith\//);
  const gone = new Promise<void>((resolve) => app.process().once("exit", () => resolve()));
  return {
    page,
    output: () => said,
    end: async (how) => {
      if (app.process().exitCode !== null) return;
      if (how === "SIGKILL") app.process().kill("SIGKILL");
      // The answer to quit() may never come, because the process ends with it.
      else void app.evaluate(({ app: main }) => main.quit()).catch(() => {});
      await gone;
    },
  };
}
