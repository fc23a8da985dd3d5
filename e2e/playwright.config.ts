import { defineConfig } from "@playwright/test";
import { electronBinary } from "./hosts/electron-host.ts";
import { windowSize, type HostName } from "./hosts/running-host.ts";

/** One set of specs (`specs/`, and what is promised of every host in `hosts/`) over three hosts. */
const specs = /(specs|hosts)\/.*\.spec\.ts$/;
/** Needs someone to play the person at the desktop, which only the harness can. */
const desktopSpecs = /hosts\/desktop\.spec\.ts$/;
const hasElectron = "path" in electronBinary();

export default defineConfig<object, { hostName: HostName }>({
  testDir: ".",
  outputDir: "../test-results",
  workers: 1, // guests under software emulation need the machine for themselves
  timeout: 240_000,
  expect: { timeout: 15_000 },
  forbidOnly: process.env["CI"] === "true",
  reporter: [["list"], ["./hosts/host-reporter.ts"]],
  use: {
    actionTimeout: 15_000,
    navigationTimeout: 30_000,
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    viewport: windowSize,
    launchOptions: {
      executablePath: process.env["GOLDSMITH_CHROMIUM"] ?? "/usr/bin/chromium",
      args: ["--no-sandbox"],
    },
  },
  projects: [
    { name: "browser", testMatch: specs, testIgnore: desktopSpecs, use: { hostName: "browser" } },
    { name: "electron-harness", testMatch: specs, use: { hostName: "electron-harness" } },
    {
      name: "electron",
      testIgnore: desktopSpecs,
      testMatch: hasElectron ? specs : /hosts\/electron-skipped\.ts$/,
      use: { hostName: "electron" },
    },
  ],
});
