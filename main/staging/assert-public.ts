import { AppError } from "#core/lib/app-error.ts";
import { connectionRefusal } from "#core/lib/connection-refusal.ts";

const timeoutMs = 30_000;

/**
 * Asks for the object as the provider will: HEAD by plain URL, without credentials. A bucket policy can void the
 * ACL silently, a web server may serve another folder; better to learn it here than from an import that fails ten
 * minutes later. `hint` says what makes objects of this store readable.
 */
export async function assertPublic(
  url: string,
  object: { sizeBytes: number; hint: string },
  signal: AbortSignal,
): Promise<void> {
  const { sizeBytes, hint } = object;
  let response: Response;
  try {
    response = await fetch(url, {
      method: "HEAD",
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
  } catch (error) {
    signal.throwIfAborted();
    const refused = connectionRefusal(error);
    const { host } = new URL(url);
    const what =
      refused === null ? `cannot be reached at ${url}` : `cannot be read: ${host} ${refused.words}`;
    throw new AppError("staging-failed", `The staged object ${what}`, {
      cause: error,
      retry: "later",
      hint:
        refused?.hint ??
        "Check the public address of the storage: the provider has to fetch the image from there.",
    });
  }
  if (!response.ok) {
    throw new AppError(
      "staging-failed",
      `The staged object is not readable without keys (${response.status})`,
      { hint, details: { url, status: response.status } },
    );
  }
  const length = response.headers.get("content-length");
  if (length !== null && Number(length) !== sizeBytes) {
    throw new AppError(
      "staging-failed",
      `The public address serves ${length} bytes instead of ${sizeBytes}`,
      {
        hint: "Check the public address of the storage: it seems to lead to something else.",
        details: { url },
      },
    );
  }
}
