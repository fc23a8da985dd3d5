interface Line {
  readonly isWrapped: boolean;
  translateToString(trimRight?: boolean): string;
}
interface Buffer {
  readonly length: number;
  getLine(y: number): Line | undefined;
}

/** The last lines of a terminal buffer as text: wrapped lines joined, empty ones at the end left out. */
export function lastLines(buffer: Buffer, count: number): string {
  const lines: string[] = [];
  let end = buffer.length - 1;
  while (end >= 0 && (buffer.getLine(end)?.translateToString(true) ?? "") === "") end -= 1;
  let text = "";
  for (let y = end; y >= 0 && lines.length < count; y -= 1) {
    const line = buffer.getLine(y);
    if (line === undefined) break;
    // A line that goes on in the next keeps its blanks.
    text = line.translateToString(text === "") + text;
    if (line.isWrapped) continue;
    lines.push(text);
    text = "";
  }
  return lines.reverse().join("\n");
}
