import { delimiter, dirname } from "node:path";
import { AppError } from "#core/lib/app-error.ts";
import type { HostTerminals } from "#ports/terminals.ts";
import { nodeProcesses } from "./node-processes.ts";

/** Programs that a person at a machine's disk reaches for. */
const tools = ["qemu-img", "qemu-system-x86_64", "sgdisk"];

const shellOf = (): string =>
  process.platform === "win32"
    ? (process.env["COMSPEC"] ?? "powershell.exe")
    : (process.env["SHELL"] ?? "/bin/sh");

/** node-pty is native and rarely needed: it is loaded with the first terminal. */
export const nodeTerminals: HostTerminals = {
  async openShell({ folder, size }) {
    const pty = await import("node-pty").catch((error: unknown) => {
      throw new AppError(
        "tool-missing",
        "This installation has no terminals (node-pty could not be loaded)",
        {
          hint: "Run `npm install` again in Goldsmith's folder.",
          cause: error,
        },
      );
    });
    const found = await Promise.all(tools.map((tool) => nodeProcesses.find(tool)));
    const folders = new Set(found.flatMap((path) => (path === null ? [] : [dirname(path)])));
    const path = [process.env["PATH"] ?? "", ...folders].join(delimiter);
    const shell = pty.spawn(shellOf(), [], {
      name: "xterm-256color",
      cwd: folder,
      cols: size.columns,
      rows: size.rows,
      encoding: null,
      env: { ...process.env, PATH: path, TERM: "xterm-256color" },
    });
    return {
      write: (text) => shell.write(text),
      resize: ({ columns, rows }) => shell.resize(columns, rows),
      close: () => shell.kill(),
      pause: () => shell.pause(),
      resume: () => shell.resume(),
      // Without an encoding node-pty hands out bytes, whatever its types say.
      onData: (listener) => void shell.onData((bytes: unknown) => listener(bytes as Uint8Array)),
      onEnd: (listener) => void shell.onExit(() => listener()),
    };
  },
};
