/** Behind a command line: prints its exit code. The typed line holds only the mark's format, so its echo is no mark. */
export const markEnd = "; printf '\\n@@%s@@\\n' $?";

/** The mark; its group is the exit code. It begins with no repetition, which would look at all of a long output again and again. */
export const endMark = /@@(\d+)@@/;

/** What was printed before it. */
export const textBefore = ({ input = "", index }: RegExpMatchArray): string => input.slice(0, index).trim();
