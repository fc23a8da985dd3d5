import { StringDecoder } from "node:string_decoder";

const longestLine = 500;

// A full-screen program (GRUB's menu) places its text instead of ending lines: CUP and HVP of ECMA-48.
// oxlint-disable-next-line no-control-regex -- an escape sequence is what is looked for
const lineEnds = /\n|\u001b\[[\d;]*[Hf]/;

/**
 * Turns console bytes into whole lines without escape sequences; empty ones are left out, and of a line that
 * was rewritten by carriage returns the last state counts.
 */
export function createTranscriptLines(): (chunk: Uint8Array) => string[] {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  return (chunk) => {
    const parts = (rest + decoder.write(Buffer.from(chunk))).split(lineEnds);
    rest = (parts.pop() ?? "").slice(-longestLine * 4);
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
