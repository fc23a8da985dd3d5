import type { AccountView } from "#contract/account.ts";
import type { RemoteImage } from "#contract/remote-image.ts";
import { AppError } from "#core/lib/app-error.ts";
import { textOption, type CommandContext, type OptionSpec, type Session } from "./command.ts";
import { findByName } from "./find-by-name.ts";

export const accountOption: Readonly<Record<"account", OptionSpec>> = {
  account: { type: "string", value: "ACCOUNT", help: "Only in this account (default: all)" },
};

export interface Asked {
  readonly accounts: readonly AccountView[];
  /** One for each account that did not answer. */
  readonly failures: readonly AppError[];
}

/** Asks the account of `--account`, or all, for their images: what stands there is known only after asking. */
export async function askAccounts(context: CommandContext, session: Session): Promise<Asked> {
  const all = Object.values(session.state.accounts);
  const only = textOption(context, "account");
  const accounts = only === undefined ? all : [findByName("account", only, all)];
  if (!context.json) context.err.status(`Asking ${accounts.map(({ name }) => name).join(", ")}`);
  const answers = await Promise.all(
    accounts.map(async ({ id, name }): Promise<AppError | null> => {
      try {
        await session.client.call("accounts.refresh", { accountId: id }, context.signal);
        return null;
      } catch (error) {
        if (context.signal.aborted) throw error;
        const { code, message, hint, retry, details } = AppError.from(error);
        return new AppError(code, `${name}: ${message}`, { hint, retry, details });
      }
    }),
  );
  context.err.status("");
  return { accounts, failures: answers.filter((answer) => answer !== null) };
}

/** The images of these accounts, by account and name. */
export function imagesOf(session: Session, accounts: readonly AccountView[]): RemoteImage[] {
  const ids = new Set(accounts.map(({ id }) => id));
  return Object.values(session.state.remoteImages)
    .filter(({ accountId }) => ids.has(accountId))
    .sort((a, b) => a.accountId.localeCompare(b.accountId) || a.name.localeCompare(b.name));
}

/**
 * The image that a word names: the provider's id, ours, its name or a unique beginning of one of them. Asks the
 * accounts first. When it is not found and an account did not answer, that account's error is the reason.
 */
export async function findRemote(
  context: CommandContext,
  session: Session,
  word: string,
): Promise<RemoteImage> {
  const { accounts, failures } = await askAccounts(context, session);
  const images = imagesOf(session, accounts);
  const byProviderId = images.filter(({ providerImageId }) => providerImageId === word);
  if (byProviderId.length === 1 && byProviderId[0] !== undefined) return byProviderId[0];
  try {
    return findByName("remote image", word, images);
  } catch (error) {
    const [failure] = failures;
    throw failure !== undefined && AppError.from(error).code === "not-found" ? failure : error;
  }
}
