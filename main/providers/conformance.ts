import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "#core/lib/app-error.ts";
import type { ImportImageRequest, ProviderClient } from "./provider.ts";

/** What goes wrong with the next request. `lose-reply`: done, but the answer never comes. */
export type Injected = { status: 429 | 500 } | "cut-body" | "lose-reply";

/** One provider under test: its emulator, and clients for it. */
export interface ProviderHarness {
  client(options?: { wrongToken: true }): ProviderClient;
  /** For the next requests, in order; `null` lets one through. */
  inject(faults: (Injected | null)[]): void;
  /** URL from which an acceptable image can be fetched. */
  readonly goodUrl: string;
  /** URL of something that no provider takes. */
  readonly badUrl: string;
  /** Puts so many available images into the account without importing them. */
  fill(count: number): Promise<void>;
  readonly region: string;
  close(): Promise<void>;
}

const importRequest = (
  name: string,
  url: string,
  region: string,
  description: string,
): ImportImageRequest => ({
  name,
  source: { kind: "url", url },
  region,
  format: "qcow2",
  firmware: null,
  os: null,
  description,
  retryToken: `${name}-${description}`,
});

const signal = (): AbortSignal => AbortSignal.timeout(15_000);

/** The suite that every provider adapter passes, over its emulator. */
export function providerConformance(name: string, start: () => Promise<ProviderHarness>): void {
  describe(`${name} conforms`, () => {
    let harness: ProviderHarness;
    let client: ProviderClient;
    beforeEach(async () => {
      harness = await start();
      client = harness.client();
    });
    afterEach(() => harness.close());

    const register = async (url: string, description = "d") => {
      const { importImage } = client;
      if (importImage === null) throw new Error("declared absent");
      return importImage(importRequest("golden", url, harness.region, description), signal());
    };
    const settled = async (id: string) => {
      for (;;) {
        const image = await client.getImage(id, signal());
        if (image.state !== "creating") return image;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    const codeOf = (work: Promise<unknown>): Promise<string> =>
      work.then(
        () => "none",
        (error: unknown) => AppError.from(error).code,
      );

    it("declares what it has", () => {
      const { capabilities } = client.manifest;
      expect(client.importImage !== null).toBe(capabilities.ingest.includes("url"));
      expect(client.deleteImage !== null).toBe(capabilities.deleteImage);
    });

    it("imports, lists, shows and deletes; each call twice", async () => {
      for (let round = 0; round < 2; round++) {
        await client.testCredentials(signal());
        const created = await register(harness.goodUrl, `marker-${round}`);
        expect(created).toMatchObject({ name: "golden", state: "creating", description: `marker-${round}` });
        const done = await settled(created.providerImageId);
        expect(done).toMatchObject({ state: "available", errorMessage: null, regions: [harness.region] });
        expect(done.sizeBytes).toBeGreaterThan(0);
        for (let again = 0; again < 2; again++) {
          const listed = await client.listImages(signal());
          expect(listed.filter((image) => image.providerImageId === created.providerImageId)).toEqual([done]);
        }
        await client.deleteImage?.(created.providerImageId, signal());
        await client.deleteImage?.(created.providerImageId, signal());
        expect(await codeOf(client.getImage(created.providerImageId, signal()))).toBe("not-found");
      }
      expect(await client.listImages(signal())).toEqual([]);
    });

    it("tells why an import failed", async () => {
      const { providerImageId } = await register(harness.badUrl);
      const image = await settled(providerImageId);
      expect(image.state).toBe("error");
      expect(image.errorMessage).toMatch(/\w{5}/);
    });

    it("says unauthorized for every call with a wrong token", async () => {
      const stranger = harness.client({ wrongToken: true });
      const request = importRequest("x", harness.goodUrl, harness.region, "");
      const calls = [
        () => stranger.testCredentials(signal()),
        () => stranger.listImages(signal()),
        () => stranger.getImage("1", signal()),
        () => stranger.importImage?.(request, signal()),
        () => stranger.deleteImage?.("1", signal()),
      ];
      for (const call of calls) {
        const made = call();
        if (made !== undefined) expect(await codeOf(made)).toBe("unauthorized");
      }
      expect(await client.listImages(signal())).toEqual([]);
    });

    it("gets over one 429, one 500 and one cut answer when it reads", async () => {
      for (const fault of [{ status: 429 }, { status: 500 }, "cut-body", "lose-reply"] as const) {
        harness.inject([fault]);
        await client.testCredentials(signal());
        harness.inject([fault]);
        expect(await client.listImages(signal())).toEqual([]);
      }
    });

    it("registers once when the first try met a 429", async () => {
      harness.inject([{ status: 429 }]);
      await register(harness.goodUrl);
      expect(await client.listImages(signal())).toHaveLength(1);
    });

    it("does not register again by itself when the outcome is unclear", async () => {
      for (const fault of [{ status: 500 }, "cut-body", "lose-reply"] as const) {
        harness.inject([fault]);
        const error = await register(harness.goodUrl, `unclear-${JSON.stringify(fault)}`).catch(
          (thrown: unknown) => AppError.from(thrown),
        );
        expect(error).toBeInstanceOf(AppError);
        expect((error as AppError).details["processed"]).toBe("unknown");
      }
      // The refused one left nothing; the two whose answer was lost can be found by their description.
      const found = new Set((await client.listImages(signal())).map((image) => image.description));
      expect(found).toEqual(new Set(['unclear-"cut-body"', 'unclear-"lose-reply"']));
    });

    it("lists 250 images once each, also when a page fails in between", async () => {
      await harness.fill(250);
      harness.inject([null, { status: 500 }, "cut-body"]);
      const ids = (await client.listImages(signal())).map((image) => image.providerImageId);
      expect(new Set(ids).size).toBe(250);
      expect(ids).toHaveLength(250);
    });

    it("ends at once when it is cancelled", async () => {
      const abort = new AbortController();
      abort.abort();
      expect(await codeOf(client.listImages(abort.signal))).toBe("cancelled");
      expect(await codeOf(client.getImage("1", abort.signal))).toBe("cancelled");
    });

    it("refuses an id that is not one without asking", async () => {
      expect(await codeOf(client.getImage("../account", signal()))).toBe("bad-input");
    });
  });
}
