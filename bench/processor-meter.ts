import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Who takes processor time in a bench with a window. */
export type Taker = "guest" | "core" | "window";

const sampleMs = 500;
/** proc(5): times are in clock ticks, 100 a second on every Linux that Node runs on. */
const ticksPerSecond = 100;

interface Seen {
  readonly pid: number;
  readonly parent: number;
  readonly seconds: number;
  readonly argv: string;
}

/**
 * Processor seconds of the bench's own processes by who they are, also of those that end meanwhile (up to the last
 * half second). Other processes of a busy computer do not count, so the figures can be compared between runs. Linux
 * only: elsewhere every figure is 0.
 */
export class ProcessorMeter {
  readonly #home: string;
  readonly #first = new Map<number, number>();
  readonly #last = new Map<number, { taker: Taker; seconds: number }>();
  readonly #timer: NodeJS.Timeout;
  #sampling: Promise<void>;

  /** `home` is a folder that the command lines of this bench's guests name and no other. */
  constructor(home: string) {
    this.#home = home;
    this.#sampling = this.#sample(true);
    this.#timer = setInterval(() => {
      this.#sampling = this.#sampling.then(() => this.#sample(false));
    }, sampleMs);
  }

  async stop(): Promise<Record<Taker, number>> {
    clearInterval(this.#timer);
    await this.#sampling;
    await this.#sample(false);
    const total = { guest: 0, core: 0, window: 0 };
    for (const [pid, { taker, seconds }] of this.#last) total[taker] += seconds - (this.#first.get(pid) ?? 0);
    return total;
  }

  async #sample(first: boolean): Promise<void> {
    const seen = await processes();
    const own = descendants(seen, process.pid);
    for (const { pid, seconds, argv } of seen) {
      const isGuest = argv.includes("qemu-system") && argv.includes(`${this.#home}/`);
      if (!isGuest && !own.has(pid)) continue;
      const taker = isGuest ? "guest" : argv.includes("cli.js") ? "core" : "window";
      this.#last.set(pid, { taker, seconds });
      if (first) this.#first.set(pid, seconds);
    }
  }
}

async function processes(): Promise<Seen[]> {
  const names = await readdir("/proc").catch((): string[] => []);
  const seen = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(look));
  return seen.filter((one) => one !== null);
}

/** Fields of /proc/PID/stat from the third on: 4 parent, 14 user time, 15 system time. */
async function look(pid: string): Promise<Seen | null> {
  try {
    const stat = await readFile(join("/proc", pid, "stat"), "latin1");
    const argv = await readFile(join("/proc", pid, "cmdline"), "latin1");
    const fields = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    const seconds = ((fields[11] ?? 0) + (fields[12] ?? 0)) / ticksPerSecond;
    return { pid: Number(pid), parent: fields[1] ?? 0, seconds, argv };
  } catch {
    return null; // it has ended
  }
}

function descendants(seen: readonly Seen[], root: number): Set<number> {
  const own = new Set<number>();
  for (let ring = new Set([root]); ring.size > 0;) {
    ring = new Set(seen.filter(({ parent }) => ring.has(parent)).map(({ pid }) => pid));
    for (const pid of ring) own.add(pid);
  }
  return own;
}
