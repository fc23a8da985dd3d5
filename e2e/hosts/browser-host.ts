import type { BrowserContext } from "@playwright/test";
import { homeEnvironment } from "./home.ts";
import { HostProcess } from "./host-process.ts";
import { repository, type RunningHost } from "./running-host.ts";

/** `goldsmith serve` from the build, shown in a tab of the test's browser. */
export async function startBrowserHost(home: string, context: BrowserContext): Promise<RunningHost> {
  const server = HostProcess.spawn(
    ["out/main/cli.js", "serve", "--port", "0"],
    repository,
    homeEnvironment(home),
  );
  const url = await server.waitFor<string>("address", (tell) => {
    server.child.stdout?.on("data", () => {
      const match = /(http:\/\/127\.0\.0\.1:\d+\/\S*)\s/.exec(server.said);
      if (match?.[1] !== undefined) tell(match[1]);
    });
  });
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForURL((address) => address.search === "");
  return {
    page,
    output: () => server.said,
    end: async (how) => {
      await server.end(() => server.child.kill(how === "quit" ? "SIGTERM" : "SIGKILL"));
      await page.close();
    },
  };
}
