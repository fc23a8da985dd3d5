import { describe, expect, it } from "vitest";
import { choose } from "./choose.ts";
import { ConsoleSession } from "./console-session.ts";
import { ScriptedMenu, type MenuLook } from "./testing/scripted-menu.ts";

const looks: [string, MenuLook][] = [
  ["newt in colours", { base: "\u001b[30;47m", highlight: "\u001b[37;41m", cursorOnEntry: true }],
  ["reverse video on black", { base: "\u001b[0m", highlight: "\u001b[7m", cursorOnEntry: true }],
  ["a hidden cursor", { base: "\u001b[0m", highlight: "\u001b[7m", cursorOnEntry: false }],
  [
    "colours and a hidden cursor",
    { base: "\u001b[37;44m", highlight: "\u001b[30;46m", cursorOnEntry: false },
  ],
  ["the dialog in reverse video", { base: "\u001b[7m", highlight: "\u001b[0m", cursorOnEntry: true }],
];
const countries = ["Africa", "Asia", "Europe", "North America", "Oceania", "South America", "other"];
const soon = { timeoutMs: 15_000, stuckMs: 100, settleMs: 10 };

describe.each(looks)("choose in %s", (_name, look) => {
  it("goes down or up to an entry, also to one that is not shown yet", async () => {
    for (const [at, wanted] of [
      [0, "Asia"],
      [2, "Europe"],
      [5, "Africa"],
      [0, "other"],
    ] as const) {
      const menu = new ScriptedMenu(countries, at, look);
      await using session = await ConsoleSession.attach(menu.guest, { fromByte: 0 });
      await choose(session, wanted, { ...soon, within: "Choose one" });
      expect(menu.chosen).toBe(wanted);
      const fewest = Math.abs(countries.indexOf(wanted) - at) + 1;
      // What is not shown yet is first looked for below.
      expect(menu.keys).toBeLessThanOrEqual(wanted === "Africa" ? fewest + 3 : fewest);
    }
  });

  it("goes to a button with Tab", async () => {
    const menu = new ScriptedMenu(countries, 0, look);
    await using session = await ConsoleSession.attach(menu.guest, { fromByte: 0 });
    await choose(session, "Continue", soon);
    expect(menu.chosen).toBe("<Continue>");
    expect(menu.keys).toBe(3);
  });
});

describe("choose", () => {
  const look = looks[0]?.[1] ?? { base: "", highlight: "\u001b[7m", cursorOnEntry: true };

  it("gives a pattern up that takes too long", async () => {
    const menu = new ScriptedMenu(["a".repeat(60), "b"], 0, look);
    await using session = await ConsoleSession.attach(menu.guest, { fromByte: 0 });
    await expect(choose(session, /(a+)+!/u, soon)).rejects.toMatchObject({ code: "bad-input" });
  });

  it("takes whole entries for a text, and any part for a pattern", async () => {
    const words = ["American English", "British English", "English"];
    const menu = new ScriptedMenu(words, 0, look);
    await using session = await ConsoleSession.attach(menu.guest, { fromByte: 0 });
    await choose(session, "english", { ...soon, press: null });
    expect(menu.chosen).toBeNull();
    await choose(session, /^Brit/, soon);
    expect(menu.chosen).toBe("British English");
  });

  it("tells which entries there were when the wanted one is not among them", async () => {
    const menu = new ScriptedMenu(["Yes", "No"], 0, look);
    await using session = await ConsoleSession.attach(menu.guest, { fromByte: 0 });
    const failure = choose(session, "Perhaps", { timeoutMs: 2_000, stuckMs: 30, settleMs: 10 });
    await expect(failure).rejects.toMatchObject({
      code: "console-timeout",
      details: { waitedFor: "the entry Perhaps", entries: expect.arrayContaining(["Yes", "No"]) },
    });
    expect(menu.chosen).toBeNull();
  });
});
