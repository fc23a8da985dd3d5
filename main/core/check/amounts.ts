/**
 * Sizes in words. Not by toLocaleString: its first call loads the tables of all languages, which takes longer
 * than the whole judgement.
 */
const withCommas = (text: string): string => text.replace(/\B(?=(?:\d{3})+$)/g, ",");

/** `4.3 GB`, `100 GB`, `1,024 GB`: powers of ten, as providers count. */
export function gigabytes(bytes: number): string {
  const [whole = "0", fraction = "0"] = (bytes / 1000 ** 3).toFixed(1).split(".");
  return `${withCommas(whole)}${fraction === "0" ? "" : `.${fraction}`} GB`;
}

/** `less than 1 MB`, `12 MB`. */
export const megabytes = (bytes: number): string =>
  bytes < 1_000_000 ? "less than 1 MB" : `${withCommas(String(Math.round(bytes / 1_000_000)))} MB`;
