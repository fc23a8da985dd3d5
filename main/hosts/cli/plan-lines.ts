import type { DestinationPlan, UploadFormat } from "#contract/publish.ts";
import type { AppState } from "#contract/state.ts";
import { asSentence } from "#core/lib/as-sentence.ts";
import { formatBytes } from "./terminal/format.ts";
import type { Output } from "./terminal/output.ts";
import { bold, dim, green, red, yellow } from "./terminal/style.ts";

const verdicts: Readonly<Record<DestinationPlan["level"], string>> = {
  pass: green("works"),
  info: green("works"),
  warning: yellow("works, with care"),
  unknown: yellow("cannot tell"),
  error: red("would not work"),
};

const exposures: Readonly<Record<DestinationPlan["exposure"], string>> = {
  "unguessable-public-link": "whoever knows an address that cannot be guessed, until it is imported",
  "signed-link": "the provider alone, by a signed link",
  "own-storage": "nobody: it goes through the account's own object storage",
  operator: "nobody: the operator takes it from their storage",
  "your-address": "as your server decides",
};

const conversions = { "qcow2-zlib": "as qcow2 (zlib)", "raw-gzip": "as raw, gzipped" } as const;

/** As `--format` takes them. */
export const formatWords: Readonly<Record<UploadFormat, string>> = {
  "as-it-is": "as-it-is",
  "qcow2-zlib": "qcow2",
  "raw-gzip": "raw.gz",
};

/** What a publish would do at each account, and what stands against it. */
export function printPlans(out: Output, state: Readonly<AppState>, plans: readonly DestinationPlan[]): void {
  const name = (id: string): string => state.accounts[id]?.name ?? id;
  for (const plan of plans) {
    out.line(`${bold(name(plan.accountId))}  ${verdicts[plan.level]}`);
    out.line(`  ${"upload".padEnd(9)} ${uploadWords(plan, name)}`);
    const format = formatLine(plan);
    if (format !== null) out.line(`  ${"format".padEnd(9)} ${format}`);
    out.line(`  ${"read by".padEnd(9)} ${exposures[plan.exposure]}`);
    const freeBytes = plan.quota?.freeBytes ?? null;
    if (freeBytes !== null) out.line(`  ${"space".padEnd(9)} ${formatBytes(freeBytes)} free in the account`);
    if (plan.cost !== null) {
      const { currency, perMonth, perHour, basis } = plan.cost;
      out.line(
        `  ${"cost".padEnd(9)} ${figure(perMonth)} ${currency} a month, ${figure(perHour)} an hour ${dim(basis)}`,
      );
    }
    for (const { blocks, text, fix } of plan.notes) {
      out.line(`  ${blocks ? red("✗") : yellow("!")} ${asSentence(text)} ${dim(fix)}`);
    }
  }
}

/** Why it goes as it does, and what else the account takes; null: there is no choice. */
function formatLine({ convert, formats }: DestinationPlan): string | null {
  const used = convert ?? "as-it-is";
  const others = formats.filter(({ format }) => format !== used);
  const reason = formats.find(({ format }) => format === used)?.reason;
  if (reason === undefined || (others.length === 0 && convert === null)) return null;
  const choices = others.map(({ format }) => `--format ${formatWords[format]}`).join(", ");
  return `${reason}${choices === "" ? "" : dim(`; also ${choices}`)}`;
}

function uploadWords(plan: DestinationPlan, name: (id: string) => string): string {
  if (plan.sharesWith !== null) return `nothing more, shares that of ${name(plan.sharesWith)}`;
  if (plan.exposure === "your-address") return "nothing, it lies there already";
  const size = plan.uploadBytes === null ? "the image" : formatBytes(plan.uploadBytes);
  const how = plan.convert === null ? "as it is" : conversions[plan.convert];
  return `${size} ${how}${plan.stagingName === null ? "" : `, through ${plan.stagingName}`}`;
}

/** Two digits that count, however small: an hour costs a fraction of a cent. */
const figure = (amount: number): string =>
  amount >= 0.995 || amount === 0 ? amount.toFixed(2) : Number(amount.toPrecision(2)).toString();
