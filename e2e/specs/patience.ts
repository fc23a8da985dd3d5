/** For what a guest under software emulation does on a busy machine. */
export const guestPatience = { timeout: 120_000 };
