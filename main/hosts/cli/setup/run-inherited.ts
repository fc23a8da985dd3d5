import { spawn } from "node:child_process";
import { AppError } from "#core/lib/app-error.ts";

/**
 * Runs a program that talks to the person at the terminal itself (sudo asks for a password, apt shows what it
 * does). Its output goes to standard error, so that standard output keeps to one JSON document. Not by the
 * Processes port, whose programs have no terminal.
 */
export async function runInherited(argv: readonly string[]): Promise<void> {
  const [program, ...args] = argv;
  if (program === undefined) return;
  const child = spawn(program, args, { stdio: ["inherit", 2, 2] });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.once("error", (error) => reject(AppError.from(error)));
    child.once("exit", (exitCode, exitSignal) => resolve([exitCode, exitSignal]));
  });
  if (signal === "SIGINT") throw new AppError("cancelled", "Cancelled");
  if (code !== 0) {
    throw new AppError(
      "tool-failed",
      `${argv.join(" ")} ended with ${code === null ? signal : `code ${code}`}`,
      {
        hint: "Its own words are above. Mend the cause, or run the command yourself.",
      },
    );
  }
}
