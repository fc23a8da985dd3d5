import { describe, expect, it } from "vitest";
import { endingError, type RunEnding } from "./run-ending.ts";

const quiet: RunEnding = {
  name: "web",
  argv: ["qemu-system-x86_64", "-nodefaults"],
  shutdownReason: null,
  exit: null,
  forced: false,
  pidFileLeft: false,
  log: "",
};

describe("endingError", () => {
  it.each<[string, Partial<RunEnding>]>([
    ["the guest shut down while we listened", { shutdownReason: "guest-shutdown" }],
    ["the guest shut down while nobody listened: QEMU took its pid file along", {}],
    ["force off, although a kill leaves the pid file", { forced: true, pidFileLeft: true }],
    ["QEMU ended with 0", { exit: { code: 0, signal: null } }],
    ["QEMU had only warned", { log: "qemu-system-x86_64: warning: TCG doesn't support x\n" }],
  ])("is silent when %s", (_name, known) => {
    expect(endingError({ ...quiet, ...known })).toBeNull();
  });

  it.each<[string, Partial<RunEnding>, RegExp]>([
    ["kernel panic", { shutdownReason: "guest-panic" }, /panicked/],
    ["signal, by event", { shutdownReason: "host-signal" }, /signal/],
    ["signal, by log", { log: "qemu-system-x86_64: terminating on signal 15 from pid 7\n" }, /signal/],
    ["killed while we watched", { exit: { code: null, signal: "SIGKILL" } }, /SIGKILL/],
    ["killed while nobody watched", { pidFileLeft: true }, /without shutting down/],
    [
      "a start that failed",
      { exit: { code: 1, signal: null }, log: "\nqemu: no such disk\n" },
      /no such disk/,
    ],
  ])("tells of %s", (_name, known, words) => {
    const error = endingError({ ...quiet, ...known });
    expect(error?.code).toBe("machine-died");
    expect(error?.message).toMatch(words);
    expect(error?.details["argv"]).toEqual(quiet.argv);
    expect(error?.hint).not.toBe("");
  });

  it("keeps exit code and stderr, and quotes the last line that is no warning", () => {
    const log = "qemu: -drive: bad\nqemu: warning: slow\n\n";
    const error = endingError({ ...quiet, exit: { code: 3, signal: null }, log });
    expect(error?.details).toMatchObject({ exitCode: 3, stderr: log });
    expect(error?.message).toContain("qemu: -drive: bad");
  });
});
