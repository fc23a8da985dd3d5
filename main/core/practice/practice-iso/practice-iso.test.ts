import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "#core/lib/app-error.ts";
import type { Ports } from "#ports/ports.ts";
import { bootstrapArguments, parsePackages } from "./practice-root.ts";
import { providePracticeIso } from "./practice-iso.ts";

const resources = new URL("../../../../resources", import.meta.url).pathname;
let cache = "";
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "goldsmith-practice-"));
});
afterEach(() => rm(cache, { recursive: true, force: true }));

function portsWith(find: (name: string) => string | null, run: Ports["processes"]["run"]): Ports {
  const processes = { find: async (name: string) => find(name), run };
  const directories = { cache, resources, data: cache, runtime: cache };
  const clock = { nowMs: () => 0 };
  return { processes, directories, clock } as unknown as Ports;
}
const options = { signal: new AbortController().signal, onMessage: () => {}, onProgress: () => {} };
const failure = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => Promise.reject(new Error("it succeeded")),
    (error: unknown) => AppError.from(error),
  );

describe.runIf(process.platform === "linux" && process.arch === "x64")("the practice installer", () => {
  it("names the packages that are missing, and starts nothing", async () => {
    const ports = portsWith(
      (name) => (name === "tar" || name === "xorriso" ? `/usr/bin/${name}` : null),
      () => Promise.reject(new Error("nothing may be run")),
    );
    const error = await failure(providePracticeIso(ports, options));
    expect(error.code).toBe("tool-missing");
    expect(error.details).toEqual({ packages: ["mmdebstrap", "mtools"] });
    expect(error.hint).toContain("goldsmith setup --tests");
  });

  it("leaves nothing behind when the packages cannot be had", async () => {
    const ports = portsWith(
      (name) => `/usr/bin/${name}`,
      () => Promise.reject(new AppError("tool-failed", "mmdebstrap ended with code 25")),
    );
    expect((await failure(providePracticeIso(ports, options))).code).toBe("tool-failed");
    expect(await readdir(join(cache, "practice-iso"))).toEqual([]);
  });
});

it("reads the list of packages without its comments", () => {
  expect(parsePackages("# all\nsudo\n\nnano # editor\n")).toEqual(["sudo", "nano"]);
});

it("asks mmdebstrap for every package and hands over the hook's text", () => {
  const argv = bootstrapArguments(["sudo", "nano"], "echo hook", "/somewhere/out.tar");
  expect(argv).toContain("--include=sudo,nano");
  expect(argv).toContain("--customize-hook=echo hook");
  expect(argv.slice(-2)).toEqual(["bookworm", "/somewhere/out.tar"]);
});
