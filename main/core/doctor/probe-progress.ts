/**
 * What the probe guest has said so far. The alphabet is that of resources/probe/probe.S: one letter per stage,
 * `<`, 14 dots and `>` around the fixed loop, 16 hex digits and a line feed at the end.
 */
export interface ProbeProgress {
  /** Bytes in the order of the plan; what follows the first unexpected byte is not part of it. */
  readonly stages: number;
  readonly rounds: number;
  readonly loop: "before" | "inside" | "after";
  readonly state: "running" | "right" | "wrong";
  /** What the guest is doing next, for a sentence: "it stopped while ...". */
  readonly doing: string;
}

export const loopRounds = 14;
const firstRoundIterations = 1024;

/** The loop's result, as computed by the same xorshift in probe-progress.test.ts. */
export const loopResult = "de10c4a831d74950";

const plan: readonly (readonly [letter: string, doing: string])[] = [
  ["R", "starting"],
  ["P", "entering protected mode"],
  ["L", "entering 64-bit mode with paging"],
  ["F", "taking a page fault"],
  ["T", "waiting for timer interrupts"],
  ["<", "starting to compute"],
  ...Array.from({ length: loopRounds }, () => [".", "computing"] as const),
  [">", "computing"],
  ["S", "using SSE instructions"],
  ["U", "changing between kernel and user mode"],
  ...`${loopResult}\n`.split("").map((letter) => [letter, "reporting its result"] as const),
];
const loopStart = plan.findIndex(([letter]) => letter === "<");
const loopEnd = plan.findIndex(([letter]) => letter === ">");

export function readProbe(serial: string): ProbeProgress {
  let stages = 0;
  while (stages < plan.length && plan[stages]?.[0] === serial[stages]) stages++;
  return {
    stages,
    rounds: Math.min(Math.max(stages - loopStart - 1, 0), loopRounds),
    loop: stages <= loopStart ? "before" : stages <= loopEnd ? "inside" : "after",
    state: stages < serial.length ? "wrong" : stages === plan.length ? "right" : "running",
    doing: plan[stages]?.[1] ?? "ending",
  };
}

/** Part of the loop's work that is done at most, in (0, 1], when this many rounds were reported. */
export function largestLoopShare(rounds: number): number {
  const iterations = (count: number): number => firstRoundIterations * (2 ** count - 1);
  return iterations(Math.min(rounds + 1, loopRounds)) / iterations(loopRounds);
}
