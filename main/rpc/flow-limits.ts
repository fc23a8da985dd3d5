/**
 * The limits of one channel. Both ends use the same numbers, so they are part of the wire format.
 */
const KiB = 1024;

/** Bytes of one byte stream that may be on their way without having been taken by the consumer. */
export const byteWindowBytes = 256 * KiB;

/** Largest payload of one binary frame: small enough that a patch never waits behind much console output. */
export const bytePayloadBytes = 64 * KiB;

/** Credit goes back in lumps of this size, not for every chunk. Smaller than the window, or it would stall. */
export const byteCreditLumpBytes = 64 * KiB;

/** Items of one item stream that may be on their way. A core that runs dry of credit stops pulling. */
export const itemWindow = 64;

/** See `byteCreditLumpBytes`. */
export const itemCreditLump = 16;

/** Calls and streams that one channel may have open; a window needs about ten. */
export const maxOpenCalls = 256;

/** Largest frame from a client: `console.write` takes 1,000,000 characters, each at most six when escaped. */
export const maxClientFrameBytes = 8 * KiB * KiB;
