/** With a full stop where there is no mark at its end yet, so that another sentence can follow. */
export const asSentence = (text: string): string => (/[.!?…:”"]$/.test(text.trim()) ? text : `${text}.`);
