import type { AnswerKind } from "#contract/install.ts";
import { AppError } from "#core/lib/app-error.ts";
import { alpine } from "./alpine.ts";
import type { AnswerParts, Form, MadeAnswers } from "./answer-parts.ts";
import { autoinstall } from "./autoinstall.ts";
import { autoyast } from "./autoyast.ts";
import { kickstart } from "./kickstart.ts";
import { preseed } from "./preseed.ts";
import { sha512Crypt } from "./sha512-crypt.ts";

const makers: Record<AnswerKind, (parts: AnswerParts) => MadeAnswers> = {
  preseed,
  autoinstall,
  kickstart,
  alpine,
  autoyast,
};

/** The files for an unattended installation. The password goes in as a hash only. Throws `bad-input`. */
export function makeAnswers(kind: AnswerKind, form: Form): MadeAnswers {
  const { password, ...rest } = form;
  if (password === "" && form.publicKey === "") {
    throw new AppError("bad-input", "With neither a key nor a password nobody could log in", {
      hint: "Give a public key, a password, or both.",
    });
  }
  return makers[kind]({ ...rest, passwordHash: password === "" ? null : sha512Crypt(password) });
}
