import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ImageFormat } from "#contract/facts.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Ports } from "#ports/ports.ts";
import { blockNode } from "./block-node.ts";
import { abortReason } from "./read-budget.ts";
import type { OpenBlockDevice } from "./block-device.ts";
import { openNbd } from "./nbd-client.ts";

const startLimitMs = 10_000;
const endLimitMs = 500;
const retryMs = 2;

/**
 * Opens an image through QEMU's block layer, in a process of its own: explicit driver, read-only, no backing
 * file whatever the header says, none of the user's environment, on a socket in a folder that only we can
 * enter. The process ends with the connection, the signal or the time limit. `identifyFile` comes first. `node`: a
 * disk of our own in layers, as one node that names each of its files.
 */
export async function openThroughQemu(
  image: { path: string; format: ImageFormat; node?: string },
  ports: Pick<Ports, "processes" | "directories">,
  options: { signal: AbortSignal; timeoutMs: number },
): Promise<OpenBlockDevice> {
  const node = image.node ?? blockNode(image.path, image.format);
  const folder = await mkdtemp(join(ports.directories.runtime, "nbd-"));
  const socketPath = join(folder, randomBytes(3).toString("hex"));
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(options.signal.reason);
  options.signal.addEventListener("abort", onAbort, { once: true });
  const end = async (): Promise<void> => {
    options.signal.removeEventListener("abort", onAbort);
    stop.abort();
    await server.catch(() => {});
    await rm(folder, { recursive: true, force: true });
  };
  const limiter = await findLimiter(ports);
  const server = ports.processes.run([...limiter, ...serverArgv(node, socketPath)], {
    signal: stop.signal,
    timeoutMs: options.timeoutMs,
    inheritEnvironment: false,
    cwd: folder,
  });
  try {
    const device = await openNbd(await connectWhenReady(socketPath, server, options.signal), "");
    return {
      ...device,
      async [Symbol.asyncDispose]() {
        await device[Symbol.asyncDispose]();
        await end();
      },
    };
  } catch (error) {
    // qemu-nbd listens before it opens the image: a lost connection is explained by how it ended
    const cause = await Promise.race([
      server.then(
        () => error,
        (ended: unknown) => ended,
      ),
      sleep(endLimitMs, error),
    ]);
    await end();
    if (options.signal.aborted) throw abortReason(options.signal);
    throw inWords(image.path, cause);
  }
}

/** `--read-only` besides the node's own, and a socket that only we can reach. */
const serverArgv = (node: string, socketPath: string): string[] => [
  "qemu-nbd",
  "--read-only",
  `--socket=${socketPath}`,
  node,
];

/**
 * prlimit(1) of util-linux in front, where it is: memory, processor time, open files, and not a byte written. Four
 * coroutines that inflate a megabyte each need some 100 MiB; the largest tables that our header readers let through
 * take 256 MiB. Thread stacks count as data, hence their own limit. (qemu-nbd has no seccomp filter of its own.)
 */
async function findLimiter({ processes }: Pick<Ports, "processes">): Promise<string[]> {
  if (process.platform !== "linux") return [];
  // when qemu-nbd is missing, that is what must be said
  const found = await Promise.all([processes.find("prlimit"), processes.find("qemu-nbd")]);
  if (found.includes(null)) return [];
  return [
    "prlimit",
    "--data=805306368",
    "--stack=2097152",
    "--cpu=120",
    "--nofile=64",
    "--fsize=0",
    "--core=0",
  ];
}

/** Connects as soon as the program listens: its socket appears a moment before that. */
async function connectWhenReady(
  path: string,
  server: Promise<unknown>,
  signal: AbortSignal,
): Promise<Socket> {
  const state: { ended: unknown } = { ended: null };
  const watched = server.then(
    () => (state.ended = new AppError("internal", "qemu-nbd ended before it was used")),
    (error: unknown) => (state.ended = error),
  );
  const deadlineMs = performance.now() + startLimitMs;
  while (performance.now() < deadlineMs) {
    if (signal.aborted) throw abortReason(signal);
    if (state.ended !== null) throw AppError.from(state.ended);
    const socket = await tryConnect(path);
    if (socket !== null) return socket;
    await Promise.race([watched, sleep(retryMs)]);
  }
  throw new AppError("timeout", "QEMU's block layer did not start in time", { retry: "now" });
}

/** null while nobody listens there. */
const tryConnect = (path: string): Promise<Socket | null> =>
  new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.removeAllListeners("error");
      resolve(socket);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ECONNREFUSED") resolve(null);
      else reject(error);
    });
  });

function inWords(path: string, error: unknown): AppError {
  const wrapped = AppError.from(error);
  if (wrapped.code !== "tool-failed") return wrapped;
  const output = wrapped.details["stderr"];
  const stderr = typeof output === "string" ? output.trim() : "";
  if (/Failed to get .*lock|in use/i.test(stderr)) {
    return new AppError("image-in-use", `${path} is in use by another program`, { cause: error });
  }
  return new AppError("image-unreadable", `QEMU cannot open ${path}: ${stderr.split("\n").at(-1) ?? ""}`, {
    details: wrapped.details,
    cause: error,
  });
}
