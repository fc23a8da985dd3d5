import { describe, expect, it } from "vitest";
import { AppError } from "#core/lib/app-error.ts";
import { ConsoleSession } from "./console-session.ts";
import { ScriptedConsole } from "./testing/scripted-console.ts";

const soon = { timeoutMs: 5_000 };
const failureOf = async (work: Promise<unknown>): Promise<AppError> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("It should have failed");
};

describe("ConsoleSession", () => {
  it("waits, types, and finds a prompt only when it is printed anew", async () => {
    const guest = new ScriptedConsole();
    await using session = await ConsoleSession.attach(guest);
    guest.print("host login: ");
    await session.waitFor("login: ", soon);
    guest.answer = () => guest.print("root\r\n\u001b[1mroot@host:~# \u001b[0m");
    await session.line("root");
    await session.waitFor(/root@host:~# $/, soon);
    guest.answer = () => {};
    await session.line("sleep 9");
    guest.print("sleep 9\r\n");
    const failure = await failureOf(session.waitFor("# ", { timeoutMs: 60 }));
    expect(failure.code).toBe("console-timeout");
    guest.print("root@host:~# ");
    await session.waitFor("# ", soon);
    expect(guest.typed).toEqual(["root\r", "sleep 9\r"]);
  });

  it("gives a pattern up that would hold up everything else", async () => {
    const guest = new ScriptedConsole();
    await using session = await ConsoleSession.attach(guest);
    guest.print(`${"a".repeat(100)}!`);
    const startMs = performance.now();
    const failure = await failureOf(session.waitFor(/(a+)+$/u, { timeoutMs: 60_000 }));
    expect(failure).toMatchObject({ code: "bad-input", message: expect.stringContaining("/(a+)+$/u") });
    expect(performance.now() - startMs).toBeLessThan(5_000);
    guest.print("login: ");
    expect((await session.waitFor(/(log)in: /, soon))[1]).toBe("log");
  });

  it("leaves what follows a match for the next wait, in one piece or many", async () => {
    const guest = new ScriptedConsole();
    await using session = await ConsoleSession.attach(guest);
    guest.print("one\r\n\u001b[31mtwo\u001b[0m\r\nthree\r\n");
    await session.waitFor("one", soon);
    await session.waitFor("two", soon);
    expect((await failureOf(session.waitFor("one", { timeoutMs: 40 }))).code).toBe("console-timeout");
    await session.waitFor("three", soon);
  });

  it("answers the groups of a pattern, found over several pieces and cut characters", async () => {
    const guest = new ScriptedConsole();
    await using session = await ConsoleSession.attach(guest);
    const bytes = new TextEncoder().encode("size=12 größe=7\r\n");
    const wait = session.waitFor(/size=(\d+) größe=(\d+)\n/, soon);
    for (const byte of bytes) {
      guest.print(new Uint8Array([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect([...(await wait)].slice(1)).toEqual(["12", "7"]);
  });

  it("sees what a dialog paints in places, which never was printed as a line", async () => {
    const guest = new ScriptedConsole();
    await using session = await ConsoleSession.attach(guest);
    guest.print("\u001b[2J\u001b[5;10Hlanguage\u001b[5;1HSelect a\u001b[10;1H<Go Back>");
    await session.waitFor(/Select a +language/, soon);
    expect(session.screen().split("\n")[4]).toBe("Select a language");
    guest.print("\u001b[5;10Hlocation ");
    await session.waitFor(/Select a +location/, soon);
    const old = await failureOf(session.waitFor("<Go Back>", { timeoutMs: 40 }));
    expect(old.code).toBe("console-timeout");
  });

  it("tells in a timeout what was waited for, the screen and the last 50 lines", async () => {
    const guest = new ScriptedConsole();
    await using session = await ConsoleSession.attach(guest);
    for (let line = 1; line <= 70; line += 1) guest.print(`line ${line}\r\n`);
    const failure = await failureOf(session.waitFor(/login:/i, { timeoutMs: 80 }));
    expect(failure.details["waitedFor"]).toBe("/login:/i");
    const lines = failure.details["lastLines"] as string[];
    expect(lines).toHaveLength(50);
    expect(lines.at(-2)).toBe("line 70");
    expect(failure.details).toMatchObject({ waitedMs: 80, screen: expect.arrayContaining(["line 70"]) });
    guest.print("LOGIN:");
    await session.waitFor(/login:/i, soon);
  });

  it("types ahead of no echo, and what is echoed is no answer", async () => {
    const guest = new ScriptedConsole();
    await using session = await ConsoleSession.attach(guest);
    const long = "0123456789".repeat(10);
    let late: Promise<unknown> = Promise.resolve();
    guest.answer = (text) => {
      expect(text.length).toBeLessThanOrEqual(32);
      // A line editor breaks the line and moves the cursor; the echo comes when the guest has time for it.
      late = late.then(() => new Promise((resolve) => setTimeout(resolve, 5)));
      void late.then(() => guest.print(Array.from(text).join("\u001b[K").replace("5", "5 \r\n")));
    };
    await session.typeSeen(long);
    expect(guest.typed.join("")).toBe(long);
    expect(guest.typed).toHaveLength(4);
    expect((await failureOf(session.waitFor(/[0-9]/, { timeoutMs: 40 }))).code).toBe("console-timeout");
    guest.answer = () => guest.print("\r\nuptime 7\r\n# ");
    await session.type("\r");
    expect((await session.waitFor(/uptime (\d)/, soon))[1]).toBe("7");
  });

  it("keeps what was printed before it typed for the next wait", async () => {
    const guest = new ScriptedConsole();
    await using session = await ConsoleSession.attach(guest);
    guest.print("a login: early news ");
    await session.waitFor("login: ", soon);
    guest.answer = (text) => guest.print(text);
    await session.typeSeen("root");
    await session.waitFor("early news", soon);
  });

  it("finds a prompt where the cursor stands, and only when the last key was answered", async () => {
    const guest = new ScriptedConsole();
    await using session = await ConsoleSession.attach(guest);
    guest.print("motd says: root@host:~# is the prompt\r\nroot@host:~# ");
    await session.waitForPrompt(/[#$]/, soon);
    await session.line("sleep 9");
    expect((await failureOf(session.waitForPrompt("#", { timeoutMs: 40 }))).code).toBe("console-timeout");
    guest.print("sleep 9\r\n");
    expect((await failureOf(session.waitForPrompt("#", { timeoutMs: 40 }))).code).toBe("console-timeout");
    guest.print("root@host:~# ");
    await session.waitForPrompt("#", soon);
  });

  it("begins at the end of the transcript unless told where", async () => {
    const guest = new ScriptedConsole();
    guest.print("old login: ");
    await using late = await ConsoleSession.attach(guest);
    expect((await failureOf(late.waitFor("login: ", { timeoutMs: 40 }))).code).toBe("console-timeout");
    await using whole = await ConsoleSession.attach(guest, { fromByte: 0 });
    await whole.waitFor("login: ", soon);
  });

  it("answers a terminal's questions only when asked to", async () => {
    const silent = new ScriptedConsole();
    await using mute = await ConsoleSession.attach(silent);
    silent.print("\u001b[3;7H\u001b[6nok");
    await mute.waitFor("ok", soon);
    expect(silent.typed).toEqual([]);
    const asking = new ScriptedConsole();
    await using polite = await ConsoleSession.attach(asking, { answerQueries: true });
    asking.print("\u001b[3;7H\u001b[6nok");
    await polite.waitFor("ok", soon);
    expect(asking.typed).toEqual(["\u001b[3;7R"]);
  });

  it("ends at once when it is cancelled or the console ends", async () => {
    const guest = new ScriptedConsole();
    await using session = await ConsoleSession.attach(guest);
    const stop = new AbortController();
    const cancelled = failureOf(session.waitFor("x", { timeoutMs: 60_000, signal: stop.signal }));
    stop.abort();
    expect((await cancelled).code).toBe("cancelled");
    guest.end();
    expect((await failureOf(session.waitFor("x", { timeoutMs: 60_000 }))).code).toBe("machine-not-running");
  });
});
