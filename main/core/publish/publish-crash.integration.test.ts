import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { PublishResultSchema } from "#contract/publish.ts";
import { JobViewSchema } from "#contract/job.ts";
import type { SeenRequest } from "#staging/practice/trouble.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import {
  accountContent,
  canaries,
  startPublishHarness,
  textUnder,
  type PublishHarness,
} from "./publish-harness.ts";

/**
 * A publish in a process of its own is killed (SIGKILL) in the middle of every kind of request, then resumed by
 * another process. That it can end at any record of its journals is shown in publish-faults.integration.test.ts.
 */

let harness: PublishHarness;
let creations = 0;
let child: ChildProcess | null = null;
let onS3: (request: SeenRequest) => void = () => {};
let onApi: (request: { method: string; path: string }) => void = () => {};

async function start(): Promise<void> {
  creations = 0;
  onS3 = () => {};
  onApi = () => {};
  harness = await startPublishHarness(nodeProcesses, {
    dataBytes: 6_000_000, // two parts
    emulator: {
      onExchange: ({ method, url }) => {
        if (method === "POST") creations++;
        onApi({ method, path: url.pathname });
      },
    },
    trouble: (request) => {
      onS3(request);
      return null;
    },
  });
}
afterEach(() => harness.close());

const OutputSchema = z.object({ view: JobViewSchema.nullable() });

async function runChild(options: { resume: boolean }) {
  const config = {
    data: harness.data,
    apiBase: harness.emulator.emulator.apiBase,
    s3Endpoint: harness.s3Endpoint,
    image: harness.image,
    resume: options.resume,
    processesModule: createRequire(import.meta.url).resolve("#system/node-processes.ts"),
  };
  const started = spawn(process.execPath, [new URL("publish-crash-child.ts", import.meta.url).pathname], {
    env: { ...process.env, CRASH_CONFIG: JSON.stringify(config) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  child = started;
  let text = "";
  started.stdout.setEncoding("utf8").on("data", (piece: string) => (text += piece));
  const killed = await new Promise<boolean>((resolve) => {
    started.once("close", (_, signal) => resolve(signal === "SIGKILL"));
  });
  child = null;
  return { killed, output: text === "" ? null : OutputSchema.parse(JSON.parse(text)) };
}

async function expectResumed(where: string): Promise<void> {
  const { output } = await runChild({ resume: true });
  expect(output?.view, where).toMatchObject({ status: "succeeded", error: null });
  const result = PublishResultSchema.parse(output?.view?.result);
  const sha256 = createHash("sha256")
    .update(await readFile(harness.image.path))
    .digest("hex");
  expect(result, where).toMatchObject({ sha256, stagingEmpty: true });
  expect(harness.emulator.emulator.imported(result.providerImageId ?? "")?.sha256, where).toBe(sha256);
  expect(await harness.stagingContent(), where).toEqual([]);
  expect(await accountContent(harness), where).toHaveLength(1);
  expect(creations, where).toBe(1);
  const disk = await textUnder(harness.data);
  for (const canary of Object.values(canaries)) expect(disk, where).not.toContain(canary);
}

describe("a publish that is killed", () => {
  const kill = (): void => void child?.kill("SIGKILL");
  it.each([
    [
      "creates the upload",
      () => (onS3 = ({ method, parameters }) => method === "POST" && parameters.has("uploads") && kill()),
    ],
    [
      "sends the first part",
      () => (onS3 = ({ parameters }) => parameters.get("partNumber") === "1" && kill()),
    ],
    [
      "completes the upload",
      () => (onS3 = ({ method, parameters }) => method === "POST" && parameters.has("uploadId") && kill()),
    ],
    ["has registered but was not answered", () => (onApi = ({ method }) => method === "POST" && kill())],
    ["follows", () => (onApi = ({ method, path }) => method === "GET" && path !== "/v2/images" && kill())],
    ["deletes the staged object", () => (onS3 = ({ method }) => method === "DELETE" && kill())],
  ])("when it %s is finished by the next start", async (where, arm) => {
    await start();
    arm();
    const { killed } = await runChild({ resume: false });
    expect(killed).toBe(true);
    [onS3, onApi] = [() => {}, () => {}];
    await expectResumed(where);
  });
});
