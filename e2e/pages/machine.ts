import type { Page } from "@playwright/test";

/** The screen of one machine. */
export function machineScreen(page: Page) {
  const main = page.getByRole("main");
  const header = main.locator("header").first();
  const tab = (name: string) => main.getByRole("tab", { name, exact: true });
  const steps = main.getByRole("group", { name: "Next steps" });
  return {
    header,
    /** By its badge: Off, Starting, Running, Shutting down. */
    power: (words: string) => header.getByText(words, { exact: true }),
    start: header.getByRole("button", { name: "Start", exact: true }),
    /** Of a machine whose memory rests on disk. */
    resume: header.getByRole("button", { name: "Resume", exact: true }),
    discardMemory: header.getByRole("button", { name: "Discard memory" }),
    /** Of a guest that stands still. */
    continue: header.getByRole("button", { name: "Continue", exact: true }),
    powerButton: header.getByRole("button", { name: "Power button" }),
    forceOff: header.getByRole("button", { name: "Force off" }),
    eject: header.getByRole("button", { name: "Eject" }),
    stillRunning: main.getByText("Still running from before."),
    consoleTab: tab("Console"),
    checkTab: tab("Check"),
    detailsTab: tab("Details"),
    check: steps.getByRole("button", { name: "Check" }),
    compact: steps.getByRole("button", { name: "Compact" }),
    publish: steps.getByRole("button", { name: "Publish…" }),
  };
}

/** The serial console on a machine's (or a practice run's) screen. */
export function serialConsole(page: Page) {
  const region = page.getByRole("region", { name: "Serial console" });
  const keyboard = region.getByRole("textbox", { name: "Terminal input" });
  return {
    region,
    /** The last hundred lines as text, for screen readers and tests. */
    text: region.getByRole("log", { name: "Last console lines" }),
    /** Types as a person does, key by key. */
    type: (text: string) => keyboard.pressSequentially(text),
    enter: () => keyboard.press("Enter"),
    line: async (text: string) => {
      await keyboard.pressSequentially(text);
      await keyboard.press("Enter");
    },
    saveTranscript: region.getByRole("button", { name: "Save transcript" }),
    find: region.getByRole("button", { name: "Find", exact: true }),
    findField: region.getByRole("textbox", { name: "Find in console" }),
  };
}
