/** The longest text that one console.write takes, with room to spare. */
const batchLimit = 100_000;

/**
 * Sends typed text one call at a time and in order: what is typed while a call is under way goes out together with
 * the next. A failed call drops what was waiting (the guest is gone) and tells why.
 */
export function createInputQueue(
  send: (text: string) => Promise<void>,
  onError: (error: unknown) => void,
): (text: string) => void {
  let waiting = "";
  let sending = false;

  const drain = async () => {
    sending = true;
    try {
      while (waiting !== "") {
        const batch = waiting.slice(0, batchLimit);
        waiting = waiting.slice(batch.length);
        await send(batch);
      }
    } catch (error) {
      waiting = "";
      onError(error);
    } finally {
      sending = false;
    }
  };

  return (text) => {
    waiting += text;
    if (!sending) void drain();
  };
}
