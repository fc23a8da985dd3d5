import type { TextLine } from "#core/image/facts/text-lines.ts";

export interface KeywordLine {
  /** In lower case. */
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

/** Lines of a word and its value, as syslinux, GRUB legacy and the Boot Loader Specification write them. */
export const keywordLines = (lines: readonly TextLine[]): KeywordLine[] =>
  lines.map(({ line, text }) => {
    const end = text.search(/[\s=]/);
    const key = end === -1 ? text : text.slice(0, end);
    const value = end === -1 ? "" : text.slice(end).replace(/^\s*=?\s*/, "");
    return { key: key.toLowerCase(), value, line };
  });
