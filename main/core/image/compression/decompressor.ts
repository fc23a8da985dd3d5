/**
 * Unpacks what comes in pieces. A piece that is yielded may be overwritten when the next one is asked for. Throws
 * `image-unreadable` in words that follow "…: ". Bounded in memory whatever the data says; how much comes out is
 * for the caller to bound. Never keeps the event loop for more than some milliseconds.
 */
export type Decompressor = (pieces: AsyncIterable<Buffer>) => AsyncGenerator<Buffer, void, undefined>;
