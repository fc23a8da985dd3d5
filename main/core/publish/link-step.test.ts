import { describe, expect, it } from "vitest";
import { AppError } from "#core/lib/app-error.ts";
import { hastyClock } from "#providers/emulation/testing/hasty-clock.ts";
import type { StagingStore } from "#staging/staging-store.ts";
import { openForProvider } from "./link-step.ts";
import type { StagingDesk } from "./staging/staging-desk.ts";

const signal = new AbortController().signal;
const location = { kind: "object" as const, namespace: "n", bucket: "b", object: "k" };
const takesLinks = { takesSignedLink: true, fetchSendsHead: false };

/** A store in a provider's own object storage that answers the wish for a link with this status. */
function opened(status: number, object: { isOwnStorage: boolean; locates?: boolean }) {
  const { isOwnStorage, locates = true } = object;
  const store: Pick<StagingStore, "signedLink" | "locate"> = {
    signedLink: async () => {
      throw new AppError("unauthorized", "no", { details: { status } });
    },
    locate: locates ? async () => location : null,
  };
  const desk = { store: async () => store } as unknown as StagingDesk;
  const file = { path: "/none", sha256: "", sizeBytes: 1 };
  const what = { id: "i", key: "k", jobId: "j", file, isOwnStorage };
  return openForProvider(desk, what, takesLinks, hastyClock, signal);
}

describe("an account that may not make links", () => {
  it.each([403, 404])("lets the provider read the object by its name (%i)", async (status) => {
    expect(await opened(status, { isOwnStorage: true })).toEqual(location);
  });

  it.each([
    ["in another account's storage", 404, { isOwnStorage: false }],
    ["on a storage that is nobody's own", 404, { isOwnStorage: true, locates: false }],
    ["when it failed for another reason", 503, { isOwnStorage: true }],
  ])("is told %s", async (_, status, object) => {
    await expect(opened(status, object)).rejects.toMatchObject({ code: "unauthorized" });
  });
});
