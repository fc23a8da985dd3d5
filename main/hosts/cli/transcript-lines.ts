import { StringDecoder } from "node:string_decoder";

const longestLine = 500;

/**
 * Turns console bytes into whole lines without escape sequences; empty ones are left out, and of a line that
 * was rewritten by carriage returns the last state counts.
 */
export function createTranscriptLines(): (chunk: Uint8Array) => string[] {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  return (chunk) => {
    const parts = (rest + decoder.write(Buffer.from(chunk))).split("\n");
    rest = (parts.pop() ?? "").slice(-longestLine);
    return parts.map(plainLine).filter((line) => line !== "");
  };
}

// ECMA-48: CSI sequences, OSC strings, and the two-character escapes.
// oxlint-disable-next-line no-control-regex -- escape sequences are what is removed
const escapes = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -/]*[0-~]/g;

function plainLine(line: string): string {
  const states = line
    .slice(-longestLine * 4)
    .replace(escapes, "")
    .split("\r")
    .map((state) => state.trimEnd())
    .filter((state) => state !== "");
  return (states.at(-1) ?? "").slice(0, longestLine);
}
