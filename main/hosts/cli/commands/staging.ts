import type { AppState } from "#contract/state.ts";
import type { StagingItem, StagingPlace, StagingView } from "#contract/staging.ts";
import {
  defineCommand,
  firstPositional,
  flag,
  type CommandContext,
  type CommandSpec,
  type Session,
} from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { findByName } from "../find-by-name.ts";
import { formatBytes, formatTime } from "../terminal/format.ts";
import { dim, green, yellow } from "../terminal/style.ts";
import { table } from "../terminal/table.ts";
import { mustConfirm } from "./machine.ts";
import { stagingConnectCommand } from "./staging-connect.ts";
import { stagingKeysCommand } from "./staging-keys.ts";

const one = [{ name: "STAGING", required: false, many: false }] as const;

/** The storage that is named, or null for all of them. */
function named(context: CommandContext, { state }: Session): StagingView | null {
  const [word] = context.positionals;
  return word === undefined ? null : findByName("staging storage", word, Object.values(state.stagings));
}

const list = defineCommand({
  words: ["staging", "list"],
  summary: "List the staging storages and what lies there, as they show it now",
  positionals: one,
  options: {},
  examples: ["goldsmith staging list", "goldsmith staging list spaces --json"],
  async run(context) {
    const session = await context.session();
    const only = named(context, session);
    const items = await session.client.call(
      "stagings.list",
      only === null ? {} : { stagingId: only.id },
      context.signal,
    );
    const stagings = only === null ? Object.values(session.state.stagings) : [only];
    // The look at the storage is in the state by now.
    const looked = stagings.map((staging) => session.state.stagings[staging.id] ?? staging);
    if (context.json) context.printJson({ stagings: looked, items });
    else if (looked.length === 0) {
      context.out.line("No staging storage yet. goldsmith staging connect connects one.");
    } else for (const staging of looked) printStaging(context, session, staging, items);
    return exitCodes.ok;
  },
});

function printStaging(
  { out }: CommandContext,
  { state }: Session,
  staging: StagingView,
  items: readonly StagingItem[],
): void {
  out.line(`${staging.name} (${staging.id}): ${placeWords(staging.place)}`);
  const own = items.filter(({ stagingId }) => stagingId === staging.id);
  if (own.length === 0) {
    const at = staging.seen === null ? "" : `, verified ${formatTime(staging.seen.at)}`;
    return out.line(`  ${green("empty")}${at}`);
  }
  const rows = own.map((item) => [
    `  ${item.key}`,
    item.kind === "object" ? "object" : "unfinished upload",
    item.sizeBytes === null ? "" : formatBytes(item.sizeBytes),
    item.createdAt === null ? "" : formatTime(item.createdAt),
    neededBy(item, state),
  ]);
  for (const line of table(["  KEY", "KIND", "SIZE", "SINCE", "NEEDED BY"], rows, out.columns))
    out.line(line);
  if (own.some(({ keptUntil }) => keptUntil !== null)) {
    out.line(
      dim("  goldsmith staging clean --kept removes what waits for a retry; the retry uploads it again."),
    );
  }
}

function neededBy({ jobIds, keptUntil, exposed }: StagingItem, state: Readonly<AppState>): string {
  const open = exposed ? yellow(" (public)") : "";
  if (jobIds.length === 0) return `${yellow("left over")}${open}`;
  const titles = jobIds.map((id) => state.jobs[id]?.title ?? id).join(", ");
  return keptUntil === null
    ? `${titles}${open}`
    : `a retry of ${titles}, until ${formatTime(keptUntil)}${open}`;
}

function placeWords(place: StagingPlace): string {
  switch (place.kind) {
    case "s3":
      return `${place.endpoint}/${place.bucket}`;
    case "oci":
      return `bucket ${place.bucket} of account ${place.accountId}`;
    case "sftp":
      return `${place.username}@${place.host}:${place.port} ${place.directory}`;
    case "folder":
      return place.path;
  }
}

const clean = defineCommand({
  words: ["staging", "clean"],
  summary: "Remove what no publish needs any more, also unfinished uploads",
  details:
    "Only what Goldsmith has put there and no job needs. A failed publish that can be retried keeps its upload for a " +
    "day: --kept removes that as well. The storage is looked at again afterwards.",
  positionals: one,
  options: { kept: { type: "boolean", help: "Also what waits for a retry, which uploads it again then" } },
  examples: ["goldsmith staging clean", "goldsmith staging clean spaces --kept --json"],
  async run(context) {
    const session = await context.session();
    const only = named(context, session);
    const input = only === null ? {} : { stagingId: only.id };
    const kept = flag(context, "kept");
    const removed = await session.client.call("stagings.clean", { ...input, kept }, context.signal);
    const left = await session.client.call("stagings.list", input, context.signal);
    const leftOver = left.filter(({ jobIds }) => jobIds.length === 0);
    if (context.json) context.printJson({ removed, left });
    else {
      for (const item of removed) context.out.line(`Removed ${item.key}`);
      if (left.length === 0) context.out.line(green("Empty, verified just now."));
      else if (leftOver.length === 0) {
        const waiting = left.filter(({ keptUntil }) => keptUntil !== null).length;
        const more = waiting === 0 ? "" : `, ${waiting} of them for a retry (--kept removes them)`;
        context.out.line(`${left.length} still needed by publishes${more}.`);
      } else context.out.line(yellow(`${leftOver.length} could not be removed.`));
    }
    return leftOver.length === 0 ? exitCodes.ok : exitCodes.failure;
  },
});

const remove = defineCommand({
  words: ["staging", "remove"],
  summary: "Forget a staging storage and its keys; what lies there stays",
  positionals: [{ name: "STAGING", required: true, many: false }],
  options: { yes: { type: "boolean", help: "Do not ask" } },
  examples: ["goldsmith staging remove spaces"],
  async run(context) {
    const session = await context.session();
    const staging = findByName(
      "staging storage",
      firstPositional(context),
      Object.values(session.state.stagings),
    );
    await mustConfirm(context, `Forget the storage ${staging.name}?`);
    await session.client.call("stagings.remove", { stagingId: staging.id }, context.signal);
    if (context.json) context.printJson({ stagingId: staging.id });
    else context.out.line(`Removed ${staging.name}.`);
    return exitCodes.ok;
  },
});

export const stagingCommands: readonly CommandSpec[] = [
  list,
  stagingConnectCommand,
  stagingKeysCommand,
  clean,
  remove,
];
