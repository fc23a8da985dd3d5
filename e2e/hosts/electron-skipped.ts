import { test } from "@playwright/test";
import { electronBinary } from "./electron-host.ts";

/** Stands for all specs in the `electron` project where Electron's program is missing, so that it is counted. */
test("the real Electron", () => {
  const binary = electronBinary();
  test.skip(!("path" in binary), "why" in binary ? binary.why : "");
  throw new Error("Electron's program is there: its specs should have run");
});
