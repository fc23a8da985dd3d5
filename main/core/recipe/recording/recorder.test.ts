import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ScriptedConsole } from "#core/console/testing/scripted-console.ts";
import { ScriptedMenu } from "#core/console/testing/scripted-menu.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { parseRecipe, readRecipe } from "../read-recipe.ts";
import { keepVariables } from "../recipe-secrets.ts";
import { buildParts } from "../testing/build-parts.ts";
import { Recorder } from "./recorder.ts";
import { recipeText } from "./recordings.ts";
import { dialogTitle, stablePrompt } from "./screen-words.ts";
import { StepList } from "./step-list.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gs-record-"));
});
afterEach(() => rm(folder, { recursive: true }));

const on = { power: "running", startedAt: "x", isoPath: null };
const machine = {
  name: "Recorded: one",
  hardware: {
    cores: 1,
    memoryBytes: 256 * 1024 ** 2,
    diskSizeBytes: 1024 ** 3,
    firmware: "bios",
    diskBus: "virtio-scsi",
  },
  isoPath: "/isos/one.iso",
  install: null,
} as const;

describe("a recording", () => {
  it("becomes a recipe whose build ends as the session did, key by key or line by line", async () => {
    const parts = buildParts(folder, nodeProcesses);
    const { machines } = parts;
    await machines.create({ name: "Recorded" } as never);
    const console = machines.console("m1");
    const recorder = await Recorder.start(console, () => on);
    await machines.start("m1");
    const send = (text: string): Promise<void> => console.write(text);
    for (const key of "roox\u007ft\r") await recorder.typed(key, send);
    await recorder.typed("a secret\r", send);
    await recorder.typed("mark a\r", send);
    for (const key of "mark b\r") await recorder.typed(key, send);
    const { steps, secrets } = await recorder.stop();
    await recorder[Symbol.asyncDispose]();
    expect(machines.read()?.now.disk).toEqual(["a", "b"]);
    expect(steps).toEqual([
      "boot",
      { expect: { prompt: "login:" } },
      { type: "root" },
      { expect: { prompt: "Password:" } },
      { type: "{{password}}" },
      { expect: { prompt: "#" } },
      { type: "mark a" },
      { expect: { prompt: "#" } },
      { type: "mark b" },
    ]);
    const text = recipeText({ ...machine, isoPath: null }, [...steps, { expect: { prompt: "#" } }], secrets);
    expect(readRecipe(text).problems).toEqual([]);
    expect(text).not.toContain("a secret");

    await rm(join(folder, "machine.json"));
    const variables = await keepVariables(parseRecipe(text), { password: "a secret" }, parts.secrets);
    const id = await parts.jobs.start(parts.build, {
      machineId: "m1",
      text,
      folder,
      name: "Replayed",
      keep: true,
      variables,
    });
    expect(await parts.jobs.waitFor(id)).toMatchObject({ status: "succeeded", error: null });
    expect(machines.read()).toMatchObject({ now: { disk: ["a", "b"], prompt: "# " } });
    await parts.jobs.close();
  });

  it("chooses an entry where a person pressed arrows", async () => {
    const look = { base: "\u001b[30;47m", highlight: "\u001b[37;41m", cursorOnEntry: true };
    const menu = new ScriptedMenu(["Africa", "Asia", "Europe"], 0, look);
    const recorder = await Recorder.start(menu.guest, () => on);
    const send = (text: string): Promise<void> => menu.guest.write(text);
    for (const key of ["\u001b[B", "\u001bOB", "\u001b[B", "\r"]) await recorder.typed(key, send);
    expect(menu.guest.typed).toEqual(["\u001b[B", "\u001bOB", "\u001b[B", "\r"]);
    const { steps } = await recorder.stop();
    expect(steps).toEqual(["boot", { choose: "Europe" }]);
    await recorder[Symbol.asyncDispose]();
  });

  it("takes what the guest does not echo for a secret, and one value for one variable", async () => {
    const guest = new ScriptedConsole();
    guest.print("Key (shown to nobody) ");
    const recorder = await Recorder.start(guest, () => on, { echoMs: 100 });
    const send = (text: string): Promise<void> => guest.write(text);
    await recorder.typed("s3cret\r", send);
    guest.print("\r\nAgain ");
    await recorder.typed("s3cret\r", send);
    guest.print("\r\nPassword: ");
    await recorder.typed("s3cret", send); // and stopped before Enter
    const { steps, secrets } = await recorder.stop();
    expect(secrets).toEqual(["secret"]);
    expect(steps.filter((step) => JSON.stringify(step).includes("{{secret}}"))).toHaveLength(3);
    expect(JSON.stringify(steps)).not.toContain("s3cret");
    await recorder[Symbol.asyncDispose]();
  });

  it("tells restarts of the machine, the ejected installer and the end", async () => {
    const guest = new ScriptedConsole();
    guest.answer = (text) => guest.print(text);
    guest.print("Install? [y/N] ");
    let now: { power: string; startedAt: string | null; isoPath: string | null } = {
      power: "running",
      startedAt: "1",
      isoPath: "/x.iso",
    };
    const recorder = await Recorder.start(guest, () => now);
    const send = (text: string): Promise<void> => guest.write(text);
    await recorder.typed("y\r", send);
    now = { power: "running", startedAt: "2", isoPath: null };
    guest.print("\r\nhost login: ");
    await recorder.typed("root\r", send);
    now = { ...now, power: "off" };
    expect((await recorder.stop()).steps).toEqual([
      "boot",
      { expect: { prompt: "Install? [y/N]" } },
      { type: "y" },
      "waitForPowerOff",
      "eject",
      "boot",
      { expect: { prompt: "login:" } },
      { type: "root" },
      "waitForPowerOff",
    ]);
    await recorder[Symbol.asyncDispose]();
  });
});

describe("recipeText", () => {
  it("is a recipe whatever the machine is called", () => {
    for (const name of ["a: b", "{{x}}", "- {", "'\"#", "0x10", "null", "ünï 日本", "*a", "!!js x", "y\\n"])
      expect(readRecipe(recipeText({ ...machine, name }, ["boot"], [])).problems, name).toEqual([]);
  });

  it("holds what is too long for one step in several", () => {
    const list = new StepList();
    list.type("x".repeat(25_000));
    list.press(Array.from({ length: 201 }, () => "down"));
    const { steps } = list.finish();
    expect(readRecipe(recipeText(machine, steps, [])).problems).toEqual([]);
    const typed = steps.flatMap((step) => (typeof step === "object" && "type" in step ? [step["type"]] : []));
    expect(typed).toMatchObject([{ enter: false }, { enter: false }, "x".repeat(5_000)]);
    expect(steps.at(-1)).toEqual({ press: "down" });
  });

  it("names the machine as it was, and can be read again", () => {
    const text = recipeText(machine, ["boot", { type: "{ {x}}" }], []);
    expect(readRecipe(text).problems).toEqual([]);
    expect(parse(text)).toMatchObject({
      name: "Recorded: one",
      machine: { cores: 1, memory: "256 MiB", disk: "1024 MiB" },
      iso: "/isos/one.iso",
    });
  });
});

describe("stablePrompt", () => {
  it.each([
    ["root@golden-7:~# ", "#"],
    ["[craft@host /tmp]$ ", "$"],
    ["~ # ", "#"],
    ["golden-12 login: ", "login:"],
    ["Password: ", "Password:"],
    ["[  12.345678] Everything on it is erased. [y/N] ", "Everything on it is erased. [y/N]"],
    ["   ", ""],
  ])("of %j is %j", (before, prompt) => {
    expect(stablePrompt(before, "")).toBe(prompt);
  });
});

describe("dialogTitle", () => {
  it("is read from a frame, or is the boot loader's name", () => {
    expect(dialogTitle("\n  ┌─────┤ [!!] Select a language ├─────┐\n  │ C │")).toBe("Select a language");
    expect(dialogTitle("   GNU GRUB  version 2.06\n +----+\n |*Install |")).toBe("GNU GRUB");
    expect(dialogTitle("login: ")).toBeNull();
  });
});
