import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { qmpCommand } from "#core/machine/qmp-client.ts";

/** Stops the one guest of this home at QEMU's own monitor, as a disk that the host has lost would. */
export async function pauseGuest(home: string): Promise<void> {
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    const argv = await readFile(join("/proc", pid, "cmdline"), "utf8").catch(() => "");
    const socket = /id=qmp-control,path=([^,\0]+)/.exec(argv)?.[1];
    if (socket !== undefined && argv.includes(`${home}/`)) return void (await qmpCommand(socket, "stop"));
  }
  throw new Error("No guest runs");
}
