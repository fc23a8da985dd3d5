import { useEffect, useState } from "react";

/** The time, ticking; stands still (and costs nothing) while `running` is false. */
export function useNow(intervalMs: number, running = true): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNowMs(Date.now()), intervalMs);
    return () => clearInterval(timer);
  }, [intervalMs, running]);
  return nowMs;
}
