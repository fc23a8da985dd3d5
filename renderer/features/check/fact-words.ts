export const yesNo = (value: boolean): string => (value ? "yes" : "no");

/** `file:line` as editors write it. */
export const placeText = ({ path, line }: { path: string; line: number | null }): string =>
  line === null ? path : `${path}:${line}`;
