import { AppError } from "#core/lib/app-error.ts";
import { defineCommand, textOption } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { findByName } from "../find-by-name.ts";
import { printError } from "../run-cli.ts";
import { formatBytes } from "../terminal/format.ts";
import { green, red } from "../terminal/style.ts";
import { table } from "../terminal/table.ts";

export const remoteListCommand = defineCommand({
  words: ["remote", "list"],
  summary: "List the images in the connected accounts, as the providers show them now",
  positionals: [],
  options: { account: { type: "string", value: "ACCOUNT", help: "Only this account (default: all)" } },
  examples: ["goldsmith remote list", "goldsmith remote list --account work --json"],
  async run(context) {
    const session = await context.session();
    const all = Object.values(session.state.accounts);
    const only = textOption(context, "account");
    const accounts = only === undefined ? all : [findByName("account", only, all)];
    const failures: AppError[] = [];
    for (const account of accounts) {
      if (!context.json) context.err.status(`Asking ${account.name}`);
      try {
        await session.client.call("accounts.refresh", { accountId: account.id }, context.signal);
      } catch (error) {
        if (context.signal.aborted) throw error;
        const { code, message, hint, retry, details } = AppError.from(error);
        failures.push(new AppError(code, `${account.name}: ${message}`, { hint, retry, details }));
      }
    }
    context.err.status("");
    const wanted = new Map(accounts.map(({ id, name }) => [id, name]));
    const images = Object.values(session.state.remoteImages).filter(({ accountId }) => wanted.has(accountId));
    if (context.json) context.printJson({ images, errors: failures.map((failure) => failure.toWire()) });
    else {
      const rows = images.map((image) => [
        image.name,
        wanted.get(image.accountId) ?? "",
        image.state === "available"
          ? green(image.providerStatus)
          : image.state === "error"
            ? red(image.providerStatus)
            : image.providerStatus,
        image.sizeBytes === null ? "" : formatBytes(image.sizeBytes),
        image.regions.join(" "),
        image.providerImageId,
        image.errorMessage ?? "",
      ]);
      if (rows.length === 0) context.out.line(all.length === 0 ? "No accounts yet." : "No images there.");
      else {
        const head = ["NAME", "ACCOUNT", "STATUS", "SIZE", "REGIONS", "ID", ""];
        for (const line of table(head, rows, context.out.columns)) context.out.line(line);
      }
      for (const failure of failures) printError(context.err, failure);
    }
    return failures.length === 0 ? exitCodes.ok : exitCodes.failure;
  },
});
