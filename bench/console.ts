import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Locator, type Page } from "playwright";
import { miniInstallerIso } from "#e2e/fixtures/fixtures.ts";
import { floodDisk, floodExpected } from "#e2e/fixtures/flood-guest.ts";
import { startBrowserHost } from "#e2e/hosts/browser-host.ts";
import { createHome, removeHome } from "#e2e/hosts/home.ts";
import { windowSize, type RunningHost } from "#e2e/hosts/running-host.ts";
import { openLibrary, type Library } from "./console-library.ts";
import { ProcessorMeter, type Taker } from "./processor-meter.ts";

/**
 * `node bench/console.ts [MiB]`: the serial console under a flood, beside a bare socket reader of the same guest; frame
 * times of the window meanwhile and what each side takes of the processor; the way back to a long transcript; and the time from Start to an installer's prompt,
 * beside QEMU alone with the same command line. Needs the build (`npm run build`).
 */
const mebibytes = Number(process.argv[2] ?? 100);
const count = Math.round(mebibytes * 1024 ** 2);
const folder = await mkdtemp(join(tmpdir(), "goldsmith-bench-"));
const expected = floodExpected(count);
const disk = join(folder, "flood.img");
await writeFile(disk, floodDisk(count));

const browser = await chromium.launch({
  executablePath: process.env["GOLDSMITH_CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
const home = await createHome();
let host: RunningHost | null = null;
try {
  await using library = await openLibrary(home);
  const raw = await rawFlood(folder, disk);
  report("bare socket reader", raw);

  const machineId = await library.createMachine("flood", disk);
  const context = await browser.newContext({ viewport: windowSize });
  host = await startBrowserHost(home, context);
  const ours = await windowFlood(host.page, library, machineId, home);
  report("Goldsmith, window open", ours);
  console.log(
    `  rate beside the bare reader: ${((ours.bytesPerSecond / raw.bytesPerSecond) * 100).toFixed(0)} %  (promised: at least 80 %)`,
  );
  console.log(
    `  frame times: p50 ${ours.frames.p50.toFixed(1)} ms, p95 ${ours.frames.p95.toFixed(1)} ms, longest ${ours.frames.max.toFixed(0)} ms  (promised: p95 at most 33 ms)`,
  );
  console.log(`  longer than two frames of a sixtieth: ${ours.frames.long} of ${ours.frames.count}`);
  const taken = (taker: Taker): string => {
    const seconds = ours.processor[taker];
    return `${taker} ${(seconds / mebibytes).toFixed(2)} s a MiB (${((seconds / ours.seconds) * 100).toFixed(0)} % of a core)`;
  };
  console.log(`  processor: ${taken("guest")}, ${taken("core")}, ${taken("window")}`);
  await host.end("quit");

  host = await startBrowserHost(home, context);
  const paintMs = await reattach(host.page, machineId);
  console.log(`way back to ${mebibytes} MiB of transcript: first text after ${paintMs.toFixed(0)} ms`);
  await host.end("quit");
  host = null;

  await startToPrompt(library);
} finally {
  await host?.end("SIGKILL");
  await browser.close();
  await removeHome(home);
  await rm(folder, { recursive: true, force: true });
}

interface Flood {
  readonly bytesPerSecond: number;
  readonly seconds: number;
  readonly equal: boolean;
}

interface WindowFlood extends Flood {
  readonly frames: { p50: number; p95: number; max: number; count: number; long: number };
  readonly processor: Record<Taker, number>;
}

function report(name: string, flood: Flood): void {
  const rate = `${(flood.bytesPerSecond / 1024 ** 2).toFixed(2)} MiB/s`;
  console.log(
    `${name.padEnd(28)} ${mebibytes} MiB in ${flood.seconds.toFixed(1)} s, ${rate}, ${flood.equal ? "every byte" : "BYTES LOST OR CHANGED"}`,
  );
  if (!flood.equal) process.exitCode = 1;
}

/** QEMU with the same devices as ours has, its serial port on a socket that is only read. */
async function rawFlood(work: string, image: string): Promise<Flood> {
  const socket = join(work, "raw.sock");
  const options = [
    "-accel tcg,thread=multi,tb-size=256 -cpu max -machine q35 -smp 2 -m 256M -display none -nodefaults",
    "-device virtio-scsi-pci,id=scsi0 -device isa-serial,chardev=s -device scsi-hd,drive=d",
  ].flatMap((words) => words.split(" "));
  const chardev = `socket,id=s,path=${socket},server=on,wait=on`;
  const drive = `if=none,id=d,file=${image},format=raw,snapshot=on`;
  const child = spawn("qemu-system-x86_64", ["-chardev", chardev, "-drive", drive, ...options]);
  const gone = new Promise((resolve) => child.once("exit", resolve));
  const reader = await retry(() => dial(socket));
  const hash = createHash("sha256");
  let [bytes, firstMs] = [0, 0];
  for await (const piece of reader as AsyncIterable<Buffer>) {
    if (bytes === 0) firstMs = performance.now();
    bytes += piece.length;
    hash.update(piece);
  }
  const seconds = (performance.now() - firstMs) / 1000;
  await gone;
  return { bytesPerSecond: bytes / seconds, seconds, equal: hash.digest("hex") === expected.sha256 };
}

function dial(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => resolve(socket));
    socket.once("error", reject);
  });
}

async function retry<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function windowFlood(
  page: Page,
  library: Library,
  machineId: string,
  home: string,
): Promise<WindowFlood> {
  const transcript = library.transcript(machineId);
  await libraryEntry(page).waitFor();
  await page.evaluate((id) => (location.hash = `#/machine/${id}/console`), machineId);
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await until(async () => (await sizeOf(transcript)) > 0);
  const meter = new ProcessorMeter(home);
  const firstMs = performance.now();
  const frames = page.evaluate(
    () =>
      new Promise<number[]>((resolve) => {
        const spans: number[] = [];
        let last = performance.now();
        const tick = (now: number): void => {
          spans.push(now - last);
          last = now;
          if ((window as { floodOver?: boolean }).floodOver === true) resolve(spans);
          else requestAnimationFrame(tick);
        };
        requestAnimationFrame(tick);
      }),
  );
  await until(async () => (await sizeOf(transcript)) >= count);
  const seconds = (performance.now() - firstMs) / 1000;
  const processor = await meter.stop();
  await page.evaluate(() => ((window as { floodOver?: boolean }).floodOver = true));
  const spans = (await frames).toSorted((a, b) => a - b);
  const at = (share: number): number => spans[Math.floor(spans.length * share)] ?? 0;
  // The window has drawn the end as well.
  const log = page.getByRole("log", { name: "Last console lines" });
  await until(
    async () =>
      (await log.textContent())?.replaceAll("\n", "").includes(expected.lastLine.slice(-30)) ?? false,
  );
  await until(async () => (await readdir(library.folder(machineId))).every((name) => name !== "run.json"));
  return {
    bytesPerSecond: count / seconds,
    seconds,
    equal: (await sha256(transcript)) === expected.sha256,
    frames: {
      p50: at(0.5),
      p95: at(0.95),
      max: spans.at(-1) ?? 0,
      count: spans.length,
      // Two frames at 60 a second are 33.3 ms.
      long: spans.filter((span) => span > 34).length,
    },
    processor,
  };
}

/** Once it is there, the window knows the library and follows its address. */
function libraryEntry(page: Page): Locator {
  return page.getByRole("navigation", { name: "Library" }).getByRole("button", { name: "flood" });
}

/** From asking for the machine's screen to its first text in the window. */
async function reattach(page: Page, machineId: string): Promise<number> {
  await libraryEntry(page).waitFor();
  return page.evaluate(
    (id) =>
      new Promise<number>((resolve) => {
        const startedMs = performance.now();
        location.hash = `#/machine/${id}/console`;
        const look = (): void => {
          const rows = document.querySelector(".xterm-rows");
          if ((rows?.textContent ?? "").trim().length > 0) resolve(performance.now() - startedMs);
          else requestAnimationFrame(look);
        };
        look();
      }),
    machineId,
  );
}

/** In turns, so that a busy computer is busy for both. */
async function startToPrompt(library: Library): Promise<void> {
  const prompt = "Install to /dev/sda? [y/N]";
  const machineId = await library.createInstaller("prompt", await miniInstallerIso("interactive"));
  const transcript = library.transcript(machineId);
  const ours: number[] = [];
  const alone: number[] = [];
  await library.start(machineId); // once for the doctor, whose answer is kept
  await library.forceOff(machineId);
  for (let round = 0; round < 3; round++) {
    const from = await sizeOf(transcript);
    const startedMs = performance.now();
    const starting = library.start(machineId);
    await until(async () => (await readFile(transcript, "latin1")).slice(from).includes(prompt));
    ours.push(performance.now() - startedMs);
    await starting;
    const argv = library.argv(machineId);
    await library.forceOff(machineId);
    alone.push(await promptOf(argv, prompt));
  }
  const [own, other] = [median(ours), median(alone)];
  console.log(
    `Start to an installer's prompt: ${(own / 1000).toFixed(2)} s, QEMU alone ${(other / 1000).toFixed(2)} s`,
  );
  console.log(`  ${(own / other).toFixed(2)} times  (promised: at most 1.05)`);
}

/** The same command line with the serial port on standard output. */
async function promptOf(argv: readonly string[], prompt: string): Promise<number> {
  const own = argv
    .slice(1)
    .map((word) => word.replace(/,path=([^,]+)/, ",path=$1.bench").replace(/^chardev=/, "chardev="));
  const at = own.findIndex((word) => word.includes("id=serial0"));
  own[at] = "stdio,id=serial0,signal=off";
  const pidfile = own.indexOf("-pidfile");
  if (pidfile >= 0) own.splice(pidfile, 2);
  const startedMs = performance.now();
  const child = spawn(argv[0] ?? "", own, { stdio: ["pipe", "pipe", "inherit"] });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    child.once("exit", () => reject(new Error(`QEMU ended: ${said.slice(-500)}`)));
    child.stdout.on("data", (piece: Buffer) => {
      said += piece.toString("latin1");
      if (said.includes(prompt)) resolve();
    });
  });
  const spentMs = performance.now() - startedMs;
  child.removeAllListeners("exit");
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
  return spentMs;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) hash.update(piece);
  return hash.digest("hex");
}
