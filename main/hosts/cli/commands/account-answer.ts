import type { CommandContext, Session } from "../command.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";

/** The account that was made, in JSON or in a line. */
export function answerAccount(
  context: CommandContext,
  { state }: Session,
  accountId: string,
  verb: string,
): ExitCode {
  const account = state.accounts[accountId];
  if (context.json) context.printJson(account ?? { id: accountId });
  else {
    context.out.line(`${verb} ${account?.name ?? "account"} (${accountId}).`);
    if (account?.stagingId === null && account.practice === false) {
      context.out.line(
        "It has no staging storage yet: goldsmith staging connect, then goldsmith account change.",
      );
    }
  }
  return exitCodes.ok;
}
