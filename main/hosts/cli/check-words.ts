import { isAbsolute, resolve } from "node:path";
import type { CheckReport, Subject } from "#contract/report.ts";
import { AppError } from "#core/lib/app-error.ts";
import { UsageError, type Session } from "./command.ts";
import { exitCodeOf, exitCodes, type ExitCode } from "./exit-codes.ts";
import { findSubject } from "./find-subject.ts";

/** A word of the command line, or why it names nothing: then it has a report too, beside those of the others. */
export type Wanted = { readonly subject: Subject } | { readonly report: CheckReport };

export function assertNoStdin(words: readonly string[]): void {
  if (words.includes("-")) {
    throw new UsageError("An image is not read from standard input; a file of that name is ./-");
  }
}

/** Slips that only the user can clear up (a name that means two things) are thrown. */
export function findWanted(session: Session, word: string): Wanted {
  try {
    return { subject: findSubject(session, word) };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "not-found") throw error;
    const path = isAbsolute(word) ? word : resolve(word);
    return { report: emptyReport(path, error) };
  }
}

const emptyReport = (path: string, error: AppError): CheckReport => ({
  key: `file:${path}`,
  subject: { kind: "file", path },
  path,
  checkedAt: new Date().toISOString(),
  facts: null,
  verdicts: {},
  error: error.toWire(),
});

/** What keeps a file from being read is unreadable input, whoever is to blame; the rest is a failure. */
const unreadableCodes: readonly string[] = ["not-found", "permission-denied", "timeout", "image-in-use"];

export const exitCodeOfUnread = (error: { code: Parameters<typeof exitCodeOf>[0] }): ExitCode =>
  unreadableCodes.includes(error.code) ? exitCodes.unreadable : exitCodeOf(error.code);

/** Over several files the gravest counts: 3 before 1 before 0. */
export const worstCode = (codes: readonly ExitCode[]): ExitCode =>
  codes.reduce<ExitCode>((most, code) => (code > most ? code : most), exitCodes.ok);
