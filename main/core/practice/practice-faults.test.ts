import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { practiceFaults } from "./practice-faults.ts";

let folder = "";
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "gs-faults-"))));
afterEach(() => rm(folder, { recursive: true }));

const write = (content: unknown) =>
  writeFile(join(folder, "faults.json"), typeof content === "string" ? content : JSON.stringify(content));
const image = { id: "1", name: "web" };

it("an account does what the file says as long as the file says it", async () => {
  const contabo = practiceFaults(folder, "contabo");
  const fybe = practiceFaults(folder, "fybe");
  expect(contabo.import?.(image)).toBeNull();
  await write({
    contabo: {
      import: { kind: "fail", message: "No room" },
      refuse: { method: "POST", path: "/v1/compute/images", status: 402 },
    },
  });
  expect(contabo.import?.(image)).toEqual({ kind: "fail", message: "No room" });
  expect(contabo.request?.({ method: "POST", path: "/v1/compute/images" })).toEqual({
    kind: "refuse",
    status: 402,
  });
  expect(contabo.request?.({ method: "GET", path: "/v1/compute/images" })).toBeNull();
  expect(contabo.request?.({ method: "POST", path: "/v1/secrets" })).toBeNull();
  expect(fybe.import?.(image)).toBeNull();
  await rm(join(folder, "faults.json"));
  expect(contabo.import?.(image)).toBeNull();
});

it.each(["{", { contabo: { import: { kind: "explode" } } }, { nowhere: {} }])(
  "a file that is not understood tells nothing: %j",
  async (content) => {
    await write(content);
    expect(practiceFaults(folder, "contabo").import?.(image)).toBeNull();
  },
);
