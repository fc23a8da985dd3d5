import { expect, it } from "vitest";
import { ConsoleSession } from "#core/console/console-session.ts";
import { ScriptedConsole } from "#core/console/testing/scripted-console.ts";
import { runInGuest } from "./guest-shell.ts";

it("answers what a command printed and tells its exit code, also behind more than is kept", async () => {
  const guest = new ScriptedConsole();
  await using session = await ConsoleSession.attach(guest);
  const { signal } = new AbortController();
  guest.answer = (text) => guest.print(`${text}\nLinux 6.1\r\n\r\n@@0@@\r\n# `);
  expect(await runInGuest(session, "uname -sr", signal)).toMatch(/Linux 6\.1$/);
  guest.answer = (text) => guest.print(`${text}\n${"a line of a long log\r\n".repeat(5_000)}\r\n@@7@@\r\n# `);
  const startMs = performance.now();
  await expect(runInGuest(session, "dmesg", signal)).rejects.toMatchObject({
    code: "tool-failed",
    details: { exitCode: 7, output: expect.stringMatching(/a line of a long log$/) },
  });
  expect(performance.now() - startMs).toBeLessThan(5_000);
});
