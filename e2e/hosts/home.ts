import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A library of its own for one test: everything the app writes, sockets included, lies below it. */
export async function createHome(): Promise<string> {
  // Short, because the paths of unix sockets are (unix(7): 108 bytes).
  const home = await mkdtemp(join(tmpdir(), "gs-"));
  await mkdir(join(home, "run"), { mode: 0o700 });
  return home;
}

/** The environment of an app that lives in this home. */
export const homeEnvironment = (home: string): Record<string, string> => ({
  ...definedEnvironment(),
  GOLDSMITH_HOME: home,
  GOLDSMITH_VALIDATE_OUTPUTS: "1",
  XDG_RUNTIME_DIR: join(home, "run"),
});

const definedEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );

/** Ends what the app has left running on purpose (guests), then removes the folder. */
export async function removeHome(home: string): Promise<void> {
  for (const pid of await processesOf(home)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // ended by itself
    }
  }
  await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
}

/** Processes whose command line names this home: no other test and no user has one like it. Linux only. */
async function processesOf(home: string): Promise<number[]> {
  const pids: number[] = [];
  for (const name of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const argv = await readFile(join("/proc", name, "cmdline"), "utf8").catch(() => "");
    if (argv.includes(`${home}/`)) pids.push(Number(name));
  }
  return pids;
}
