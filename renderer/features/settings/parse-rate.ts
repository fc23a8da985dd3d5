import { parseSize } from "#renderer/lib/parse-size.ts";

/**
 * Bytes a second from what a person types: `5 MB/s`, `500k`, `1.5 MiB/s`. A bare number means MiB/s. null when it
 * is no rate; 0 is none either, since nothing would ever arrive (there is Pause for that).
 */
export function parseRate(text: string): number | null {
  const word = text
    .trim()
    .replace(/\/s(ec)?$/i, "")
    .trim();
  const sizeBytes = parseSize(/^[\d.,]+$/.test(word) ? `${word} M` : word);
  return sizeBytes === null || sizeBytes === 0 ? null : sizeBytes;
}
