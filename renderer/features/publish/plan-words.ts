import type { DestinationPlan, UploadFormat } from "#contract/publish.ts";
import { asSentence } from "#core/lib/as-sentence.ts";
import { formatBytes } from "#renderer/lib/format-bytes.ts";

/** Who can read the file on its way, in a sentence. */
export const exposureWords: Readonly<Record<DestinationPlan["exposure"], string>> = {
  "unguessable-public-link":
    "Until the import has ended, whoever knows an address that cannot be guessed can read it.",
  "signed-link": "Never public: the provider gets a signed link that expires.",
  "own-storage": "Never public: it goes through the account's own object storage.",
  operator: "Never public: the operator takes it from their storage.",
  "your-address": "It is read from your address; who else can is up to that server.",
};

/** The same in two or three words. */
export const exposureNames: typeof exposureWords = {
  "unguessable-public-link": "unguessable public address until imported",
  "signed-link": "signed link, never public",
  "own-storage": "own object storage, never public",
  operator: "operator's storage, never public",
  "your-address": "read from your address",
};

const convertWords: Readonly<Record<NonNullable<DestinationPlan["convert"]>, string>> = {
  "qcow2-zlib": "as qcow2 (zlib)",
  "raw-gzip": "as raw, gzipped",
};

/** The formats to choose from; the first is the one without a choice. */
export function formatOptions({ formats }: Pick<DestinationPlan, "formats">): {
  value: UploadFormat | "";
  label: string;
}[] {
  const [first, ...others] = formats;
  if (first === undefined) return [];
  return [
    { value: "", label: `${formatLabels[first.format]} (default)` },
    ...others.map(({ format }) => ({ value: format, label: formatLabels[format] })),
  ];
}

/** What speaks for the format that is used: a sentence. */
export function formatReason(
  { formats }: Pick<DestinationPlan, "formats">,
  chosen: UploadFormat | "",
): string {
  const reason = (formats.find(({ format }) => format === chosen) ?? formats[0])?.reason ?? "";
  return reason === "" ? "" : asSentence(reason);
}

const formatLabels: Readonly<Record<UploadFormat, string>> = {
  "as-it-is": "The file as it is",
  "qcow2-zlib": "qcow2, compressed with zlib",
  "raw-gzip": "Raw disk in gzip (.img.gz)",
};

/** What is sent and through what: `159 MiB as qcow2 (zlib), through spaces`. */
export function uploadWords(plan: DestinationPlan, accountName: (id: string) => string): string {
  if (plan.sharesWith !== null) return `Nothing more: shares the upload of ${accountName(plan.sharesWith)}`;
  if (plan.exposure === "your-address") return "Nothing: it lies there already";
  const size = plan.uploadBytes === null ? "The image" : formatBytes(plan.uploadBytes);
  const through = plan.stagingName === null ? "" : `, through ${plan.stagingName}`;
  return `${size} ${plan.convert === null ? "as it is" : convertWords[plan.convert]}${through}`;
}

/** `€0.31 a month`; less than a cent is not rounded to nothing. */
export function costWords({ currency, perMonth, perHour }: NonNullable<DestinationPlan["cost"]>): {
  month: string;
  hour: string;
} {
  return { month: `${money(perMonth, currency)} a month`, hour: `${money(perHour, currency)} an hour` };
}

function money(amount: number, currency: string): string {
  const digits = amount === 0 || amount >= 0.995 ? 2 : Math.min(8, 1 - Math.floor(Math.log10(amount)));
  try {
    return new Intl.NumberFormat(undefined, {
      style: "currency",
      currency,
      maximumFractionDigits: Math.max(2, digits),
    }).format(amount);
  } catch {
    return `${amount.toFixed(Math.max(2, digits))} ${currency}`; // a currency of the user's own, no ISO code
  }
}
