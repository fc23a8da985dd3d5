import type { Answers, AnswerFormSchema } from "#contract/install.ts";
import type { z } from "zod";

export type Form = z.output<typeof AnswerFormSchema>;

/** The form with the password as a hash; null: log in by key only. */
export interface AnswerParts extends Omit<Form, "password"> {
  readonly passwordHash: string | null;
}

export interface MadeAnswers {
  readonly answers: Answers;
  /** Words that the kernel's command line needs beside the medium's own. */
  readonly commandLine: string;
  /** What an installer does not do by itself, in words. */
  readonly note: string | null;
}

/** What an image for clouds needs whatever else is asked for. */
export const cloudPackages = ["cloud-init", "openssh-server", "qemu-guest-agent"] as const;

/** Without doubles, in the order given. */
export const packagesOf = (own: readonly string[], asked: readonly string[]): string[] => [
  ...new Set([...own, ...asked]),
];
