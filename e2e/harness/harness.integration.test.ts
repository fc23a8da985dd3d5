import { fork, type ChildProcess } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Page } from "playwright";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dropFiles } from "#e2e/hosts/file-gestures.ts";
import type { Told } from "./control.ts";

/**
 * The stand-in for Electron together with the desktop app's real window shell and preload. What is promised of
 * the window (isolation, one document, no network, checked senders) is proved here in a real browser.
 */
const here = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

interface SampleWindow {
  goldsmith: { send(frame: string): void; pathForFile(file: unknown): string };
  sample?: {
    ask(
      t: string,
      id: number,
      name: string,
      input: object,
    ): Promise<{ value: { echoed: string; watching: number } }>;
    readAll(id: number): Promise<{ count: number; wrong: number }>;
  };
  inlineRan?: boolean;
}
declare const window: Window & SampleWindow;

let folder = "";
let app: ChildProcess;
let browser: Browser;
let page: Page;
const told: Told[] = [];

function start(): ChildProcess {
  return fork(here("launch.ts"), [here("sample/main.ts")], {
    env: { ...process.env, SAMPLE_FOLDER: folder },
  });
}

async function connect(): Promise<void> {
  const endpoint = told.find((one) => one.type === "chromium")?.endpoint ?? "";
  browser = await chromium.connectOverCDP(endpoint, { isLocal: true });
  const [context] = browser.contexts();
  if (context === undefined) throw new Error("no context");
  page = context.pages()[0] ?? (await context.waitForEvent("page"));
  await page.waitForFunction(() => window.sample !== undefined);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "goldsmith-harness-"));
  await mkdir(join(folder, "window", "assets"), { recursive: true });
  await copyFile(here("sample/index.html"), join(folder, "window", "index.html"));
  await copyFile(here("sample/window.js"), join(folder, "window", "assets", "window.js"));
  await writeFile(join(folder, "an installer.iso"), "iso");
  const entry = here("../../preload/preload.ts");
  await build({
    configFile: false,
    logLevel: "error",
    build: {
      outDir: folder,
      emptyOutDir: false,
      lib: { entry, formats: ["cjs"], fileName: () => "preload.cjs" },
      rollupOptions: { external: ["electron"] },
    },
  });
  app = start();
  app.on("message", (message: Told) => told.push(message));
  await new Promise((resolve, reject) => {
    app.once("message", resolve);
    app.once("exit", (code) => reject(new Error(`the harness ended with ${code}`)));
  });
  await connect();
});

afterAll(async () => {
  await browser?.close();
  if (app?.exitCode === null && app.signalCode === null) {
    const gone = new Promise((resolve) => app.once("exit", resolve));
    app.kill("SIGKILL");
    await gone;
  }
  // Chromium writes into its profile until it notices that its pipe is gone.
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
});

const opened = (): string[] => told.flatMap((one) => (one.type === "open-external" ? [one.url] : []));

describe("the window", () => {
  it("sees of Electron three functions and nothing else", async () => {
    const seen = await page.evaluate(() => ({
      keys: Object.keys(window.goldsmith),
      frozen: Object.isFrozen(window.goldsmith),
      node: [typeof Reflect.get(window, "require"), typeof Reflect.get(window, "process")],
      channels: Object.getOwnPropertyNames(window).filter((name) => /^(send|inbox|wire)[-_]/.test(name)),
    }));
    expect(seen).toEqual({
      keys: ["send", "onFrame", "pathForFile"],
      frozen: true,
      node: ["undefined", "undefined"],
      channels: [],
    });
  });

  it("runs under the policy of main's own protocol handler", async () => {
    expect(await page.evaluate(() => window.inlineRan)).toBeUndefined();
    const blocked = await page.evaluate(() => fetch("https://example.com/").then(() => "fetched", String));
    expect(blocked).toContain("Failed to fetch");
  });

  it("gets clipboard permissions and no others", async () => {
    const states = await page.evaluate(async () => {
      const names = ["clipboard-read", "notifications", "geolocation"] as PermissionName[];
      const asked = await Promise.all(names.map((name) => navigator.permissions.query({ name })));
      return asked.map((one) => one.state);
    });
    expect(states).toEqual(["granted", "denied", "denied"]);
  });
});

describe("frames", () => {
  it("carry calls and a megabyte of console bytes without loss", async () => {
    const answer = await page.evaluate(() =>
      window.sample?.ask("call", 1, "machines.start", { machineId: "x" }),
    );
    expect(answer?.value.echoed).toBe("x");
    expect(await page.evaluate(() => window.sample?.readAll(2))).toEqual({ count: 1_048_576, wrong: 0 });
  });

  it("of a frame inside the window are not listened to", async () => {
    // The policy forbids frames with documents; an empty one has a preload of its own under this stand-in. Main
    // would take its session for that of a new document and abort what the window has open.
    const watching = await page.evaluate(async () => {
      void window.sample?.ask("open", 6, "state.watch", {});
      const frame = document.createElement("iframe");
      document.body.append(frame);
      const inner = frame.contentWindow as unknown as SampleWindow;
      inner.goldsmith.send(
        JSON.stringify({ t: "call", id: 1, name: "machines.start", input: { machineId: "y" } }),
      );
      await window.sample?.ask("call", 3, "machines.start", { machineId: "z" });
      const answer = await window.sample?.ask("call", 4, "machines.start", { machineId: "z" });
      frame.remove();
      window.goldsmith.send(JSON.stringify({ t: "abort", id: 6 }));
      return answer?.value.watching;
    });
    expect(watching).toBe(1);
  });

  it("end with their document, whose streams are aborted by the next one", async () => {
    const watching = () =>
      page.evaluate(() =>
        window.sample?.ask("call", 9, "machines.start", { machineId: "w" }).then((a) => a.value.watching),
      );
    await page.evaluate(() => void window.sample?.ask("open", 8, "state.watch", {}));
    expect(await watching()).toBe(1);
    await page.reload();
    await page.waitForFunction(() => window.sample !== undefined);
    await watching();
    expect(await watching()).toBe(0);
  });
});

describe("files", () => {
  it("have their path when chosen and when dropped, and none when made up", async () => {
    const path = join(folder, "an installer.iso");
    await page.setInputFiles("input", path);
    await expect.poll(() => page.textContent("#chosen")).toBe(path);
    await dropFiles(page.locator("a#document"), [path]);
    await expect.poll(() => page.textContent("#dropped")).toBe(path);
    expect(await page.evaluate(() => window.goldsmith.pathForFile(new File(["x"], "x.iso")))).toBe("");
    const thrown = await page.evaluate(() => {
      try {
        return window.goldsmith.pathForFile("/etc/passwd");
      } catch (error) {
        return String(error);
      }
    });
    expect(thrown).toContain("takes a File");
  });
});

describe("the window's document", () => {
  it("cannot be left; documents open in the user's browser, other links nowhere", async () => {
    const before = page.url();
    await page.click("#outside");
    await page.click("#document");
    await expect.poll(opened).toEqual(["https://docs.oracle.com/x"]);
    await page.evaluate(() => void window.open("https://evil.example/"));
    await page.evaluate(() => void window.open("https://docs.oracle.com/y"));
    await expect.poll(opened).toEqual(["https://docs.oracle.com/x", "https://docs.oracle.com/y"]);
    await expect.poll(() => page.context().pages().length).toBe(1);
    expect(page.url()).toBe(before);
  });
});

describe("the application", () => {
  it("runs once per profile", async () => {
    const second = start();
    expect(await new Promise((resolve) => second.once("exit", resolve))).toBe(7);
  });

  it("offers to reload a window that crashed, and does", async () => {
    app.send({ type: "crash-renderer" });
    await expect.poll(() => told.some((one) => one.type === "message-box")).toBe(true);
    await browser.close();
    await connect();
    const answer = await page.evaluate(() =>
      window.sample?.ask("call", 5, "machines.start", { machineId: "again" }),
    );
    expect(answer?.value.echoed).toBe("again");
  });

  it("takes its browser along when it is killed", async () => {
    const pid = told.find((one) => one.type === "chromium")?.pid ?? 0;
    expect(isAlive(pid)).toBe(true);
    app.kill("SIGKILL");
    await expect.poll(() => isAlive(pid), { timeout: 15_000 }).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
