import { afterEach, beforeEach, expect } from "vitest";
import { AppError } from "#core/lib/app-error.ts";
import type { ImportImageRequest, ImportSource, ProviderClient, RemoteImageState } from "../provider.ts";
import type { ImportHarness, ProviderHarness } from "./harness.ts";

export const signal = (): AbortSignal => AbortSignal.timeout(15_000);

/** What a test of the suite works with; made anew for each. */
export interface Session {
  readonly harness: ProviderHarness;
  readonly client: ProviderClient;
  readonly importing: ImportHarness;
  /** The AppError that work rejects with; a test fails where there is none. It is searched for secrets. */
  readonly failureOf: (work: Promise<unknown> | undefined) => Promise<AppError>;
  readonly codeOf: (work: Promise<unknown> | undefined) => Promise<string>;
  readonly requestFor: (source: ImportSource, description?: string) => ImportImageRequest;
  readonly register: (source: ImportSource, description?: string) => Promise<RemoteImageState>;
  /** The image as it is when it is no longer being created. */
  readonly settled: (id: string) => Promise<RemoteImageState>;
  /** The only image of the account, available. */
  readonly onlyImage: () => Promise<RemoteImageState>;
}

/** Starts a harness before every test of the describe block, and looks for secrets after it. */
export function eachSession(start: () => Promise<ProviderHarness>): Session {
  let harness: ProviderHarness;
  let client: ProviderClient;
  let failures: AppError[];
  beforeEach(async () => {
    harness = await start();
    client = harness.client();
    failures = [];
  });
  afterEach(async () => {
    const { canaries } = harness;
    const shown = failures.map(everythingOf).concat(harness.exchanges().map(({ url }) => url.href));
    await harness.close();
    expect(canaries.length).toBeGreaterThan(0);
    for (const canary of canaries) expect(shown.filter((text) => text.includes(canary))).toEqual([]);
  });

  const session: Session = {
    get harness() {
      return harness;
    },
    get client() {
      return client;
    },
    get importing() {
      if (harness.importing === null) throw new Error("the harness has nothing to import");
      return harness.importing;
    },
    async failureOf(work) {
      const error: unknown = await Promise.resolve(work).then(
        () => new Error("it succeeded"),
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(AppError);
      failures.push(error as AppError);
      return error as AppError;
    },
    codeOf: async (work) => (await session.failureOf(work)).code,
    requestFor: (source, description = "d") => ({
      name: "golden",
      source,
      region: harness.region,
      format: session.importing.format,
      firmware: "bios",
      os: null,
      description,
      retryToken: `token-${description}`,
    }),
    async register(source, description) {
      if (client.importImage === null) throw new Error("declared absent");
      return client.importImage(session.requestFor(source, description), signal());
    },
    async settled(id) {
      for (;;) {
        const image = await client.getImage(id, signal());
        if (image.state !== "creating") return image;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async onlyImage() {
      await harness.fill(1);
      const [image, ...more] = await client.listImages(signal());
      if (image === undefined || more.length > 0) throw new Error("the harness did not fill the account");
      return image;
    },
  };
  return session;
}

/** Whatever a log or a window could show of an error. */
function everythingOf(error: AppError): string {
  const texts = [JSON.stringify(error.toWire())];
  for (let inner: unknown = error; inner instanceof Error; inner = inner.cause) {
    texts.push(inner.stack ?? "", inner.message, JSON.stringify(inner));
  }
  return texts.join("\n");
}
