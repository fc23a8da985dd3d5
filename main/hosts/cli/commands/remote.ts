import type { RemoteImage } from "#contract/remote-image.ts";
import { AppError } from "#core/lib/app-error.ts";
import { defineCommand, firstPositional, textOption, UsageError, type CommandSpec } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { accountOption, askAccounts, findRemote, imagesOf } from "../remote-lookup.ts";
import { printError } from "../run-cli.ts";
import { formatBytes, formatDuration, formatTime } from "../terminal/format.ts";
import { bold, dim, green, red } from "../terminal/style.ts";
import { table } from "../terminal/table.ts";
import { remoteChangeCommands } from "./remote-change.ts";
import { remoteLaunchCommand } from "./remote-launch.ts";
import { remoteSpecialCommands } from "./remote-special.ts";

const positionals = [{ name: "IMAGE", required: true, many: false }] as const;
const askAgainEveryMs = 5000;

/** Our word for the state, with the provider's own where it differs. */
function stateWords({ state, providerStatus, progress }: RemoteImage): string {
  const colour = state === "available" ? green : state === "error" ? red : (text: string) => text;
  const own = providerStatus.toLowerCase() === state ? "" : ` (${providerStatus})`;
  const share =
    state === "creating" && progress !== null && progress.total > 0
      ? ` ${Math.floor((progress.done / progress.total) * 100)} %`
      : "";
  return `${colour(state)}${own}${share}`;
}

const list = defineCommand({
  words: ["remote", "list"],
  summary: "List the images in the connected accounts, as the providers show them now",
  details: "Exit code 1 when an account did not answer; the images of the others are shown.",
  positionals: [],
  options: accountOption,
  examples: ["goldsmith remote list", "goldsmith remote list --account work --json"],
  async run(context) {
    const session = await context.session();
    const { accounts, failures } = await askAccounts(context, session);
    const images = imagesOf(session, accounts);
    if (context.json) context.printJson({ images, errors: failures.map((failure) => failure.toWire()) });
    else {
      const names = new Map(accounts.map(({ id, name }) => [id, name]));
      const rows = images.map((image) => [
        image.name,
        names.get(image.accountId) ?? "",
        stateWords(image),
        image.sizeBytes === null ? "" : formatBytes(image.sizeBytes),
        image.regions.join(" "),
        image.providerImageId,
        image.errorMessage ?? "",
      ]);
      if (accounts.length === 0) context.out.line("No accounts yet. goldsmith account connect connects one.");
      else if (rows.length === 0) context.out.line("No images there.");
      else {
        const head = ["NAME", "ACCOUNT", "STATE", "SIZE", "REGIONS", "ID", ""];
        for (const line of table(head, rows, context.out.columns)) context.out.line(line);
      }
      for (const failure of failures) printError(context.err, failure);
    }
    return failures.length === 0 ? exitCodes.ok : exitCodes.failure;
  },
});

const show = defineCommand({
  words: ["remote", "show"],
  summary: "Show one image at a provider with all that is known, and its history",
  positionals,
  options: accountOption,
  examples: [
    "goldsmith remote show debian-12-golden",
    "goldsmith remote show 38413969 --account work --json",
  ],
  async run(context) {
    const session = await context.session();
    const image = await findRemote(context, session, firstPositional(context));
    if (context.json) {
      context.printJson(image);
      return exitCodes.ok;
    }
    const { out } = context;
    const rows: [string, string | null][] = [
      ["account", session.state.accounts[image.accountId]?.name ?? image.accountId],
      ["state", stateWords(image)],
      ["error", image.errorMessage],
      ["id", image.providerImageId],
      ["regions", image.regions.join(", ")],
      ["size", image.sizeBytes === null ? null : formatBytes(image.sizeBytes)],
      ["created", image.createdAt === null ? null : formatTime(image.createdAt)],
      ["source", image.source],
      ["about", image.description],
      ["sha256", image.publishedFrom?.sha256 ?? null],
    ];
    out.line(bold(image.name));
    for (const [word, text] of rows) {
      if (text !== null && text !== "") out.line(`  ${word.padEnd(8)} ${text}`);
    }
    for (const event of image.history) {
      out.line(`  ${dim(formatTime(event.at))} ${event.state} (${event.providerStatus}) ${event.message}`);
    }
    return exitCodes.ok;
  },
});

const wait = defineCommand({
  words: ["remote", "wait"],
  summary: "Wait until an image at a provider is available",
  details: "Exit code 0: available; 1: it failed, vanished, or the time was up; 130: cancelled.",
  positionals,
  options: {
    ...accountOption,
    timeout: { type: "string", value: "MINUTES", help: "Give up after this long (default 60)" },
  },
  examples: ["goldsmith remote wait debian-12-golden", "goldsmith remote wait 38413969 --timeout 20 --json"],
  async run(context) {
    const limitMs = minutesOption(textOption(context, "timeout") ?? "60") * 60_000;
    const session = await context.session();
    const { client, state } = session;
    const startedMs = performance.now();
    let image = await findRemote(context, session, firstPositional(context));
    const { clock } = await context.ports();
    while (image.state !== "available") {
      if (image.state === "error") {
        throw new AppError("import-failed", image.errorMessage ?? `${image.name} is ${image.providerStatus}`);
      }
      const elapsedMs = performance.now() - startedMs;
      if (elapsedMs >= limitMs) {
        throw new AppError("timeout", `${image.name} is still ${image.state} (${image.providerStatus})`);
      }
      if (!context.json)
        context.err.status(`${image.name}: ${stateWords(image)} ${formatDuration(elapsedMs)}`);
      await clock.sleep(Math.min(askAgainEveryMs, limitMs - elapsedMs), context.signal);
      await client.call("accounts.refresh", { accountId: image.accountId }, context.signal);
      const seen = state.remoteImages[image.id];
      if (seen === undefined) throw new AppError("not-found", `${image.name} is not in the account any more`);
      image = seen;
    }
    context.err.status("");
    if (context.json) context.printJson(image);
    else context.out.line(`${image.name} is available.`);
    return exitCodes.ok;
  },
});

function minutesOption(text: string): number {
  const minutes = Number(text);
  if (!Number.isFinite(minutes) || minutes < 0)
    throw new UsageError(`--timeout ${text} is no number of minutes`);
  return minutes;
}

export const remoteCommands: readonly CommandSpec[] = [
  list,
  show,
  wait,
  ...remoteChangeCommands,
  remoteLaunchCommand,
  ...remoteSpecialCommands,
];
