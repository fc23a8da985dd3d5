import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppError } from "#core/lib/app-error.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { readInside, withRootTree, type Place } from "./look-inside.ts";
import { createWorkshop, tool, type Workshop } from "./testing/disk-images.ts";

const MiB = 1024 ** 2;
let workshop: Workshop;
let system = "";
let data = "";
const big = Buffer.alloc(5 * MiB + 17, "goldsmith ");

beforeAll(async () => {
  workshop = await createWorkshop(nodeProcesses);
  const files = {
    "etc/os-release": "ID=test\n",
    "etc/link": { link: "../../../etc/os-release" },
    "etc/out": { link: "/nowhere" },
    "etc/big": big,
    "etc/empty": "",
  };
  const raw = await workshop.ext("system.raw", files, 32 * MiB, "-t", "ext4");
  system = workshop.path("system.qcow2");
  await tool("qemu-img", "convert", "-O", "qcow2", raw, system);
  data = await workshop.ext("data.raw", { "notes/a": "text\n" }, 8 * MiB, "-t", "ext2");
});
afterAll(() => workshop[Symbol.asyncDispose]());

const whole: Place = { kind: "system" };
const signal = new AbortController().signal;

const read = (image: string, path: string, place: Place = whole, stop = signal): Promise<Buffer> =>
  withRootTree(image, workshop, { place, signal: stop }, async (inside) => {
    const chunks: Buffer[] = [];
    for await (const chunk of readInside(inside, path)) chunks.push(chunk);
    return Buffer.concat(chunks);
  });

const failure = (work: Promise<unknown>): Promise<AppError> =>
  work.then(
    () => Promise.reject(new Error("it did not fail")),
    (error: unknown) => AppError.from(error),
  );

describe("a look inside", () => {
  it("reads files through links and containers, in pieces", async () => {
    expect((await read(system, "/etc/os-release")).toString()).toBe("ID=test\n");
    expect((await read(system, "/etc/link")).toString()).toBe("ID=test\n");
    expect((await read(system, "/etc/big")).equals(big)).toBe(true);
    expect(await read(system, "/etc/empty")).toHaveLength(0);
  });
  it("opens the only filesystem where there is no system", async () => {
    expect((await read(data, "/notes/a")).toString()).toBe("text\n");
    expect((await read(data, "/notes/a", { kind: "partition", number: 0 })).toString()).toBe("text\n");
  });
  it("says why not", async () => {
    expect(await failure(read(system, "/etc"))).toMatchObject({
      code: "bad-input",
      message: "/etc is a folder",
    });
    expect(await failure(read(system, "/etc/out"))).toMatchObject({
      code: "not-found",
      message: "/etc/out is a link to /nowhere, which is not there",
    });
    expect(await failure(read(system, "/nope"))).toMatchObject({ code: "not-found" });
    expect(await failure(read(system, "/", { kind: "partition", number: 7 }))).toMatchObject({
      code: "bad-input",
      hint: "There are: 0 (ext4).",
    });
    expect(await failure(read(workshop.folder, "/"))).toMatchObject({ code: "image-unreadable" });
    const empty = await workshop.sparse("empty.raw", MiB);
    expect(await failure(read(empty, "/"))).toMatchObject({ code: "image-unreadable" });
  });
  it("stops when it is told to", async () => {
    const stop = new AbortController();
    stop.abort();
    expect(await failure(read(system, "/etc/big", whole, stop.signal))).toMatchObject({ code: "cancelled" });
  });
});
