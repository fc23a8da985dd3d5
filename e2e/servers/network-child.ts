import { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import { createHttp } from "#providers/http/create-http.ts";
import { createS3Store, type S3Place } from "#staging/s3/s3-store.ts";
import { nodeClock } from "#system/node-clock.ts";
import { useNetwork } from "#system/use-network.ts";

/**
 * A process for the tests of the network's set-up, which holds for a whole process. Does as a host does, then asks
 * the S3 store at GOLDSMITH_TEST_PLACE by its own client and by that of the providers, and the plain address in
 * GOLDSMITH_TEST_PLAIN. Prints one line of JSON.
 */
const place = JSON.parse(process.env["GOLDSMITH_TEST_PLACE"] ?? "{}") as S3Place;
const { signal } = new AbortController();
const problems = await useNetwork();
const outcome = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "ok",
    (error: unknown) => AppError.from(error).toWire(),
  );
const provider = (baseUrl: string): Promise<unknown> =>
  createHttp({
    service: "The provider",
    baseUrl,
    headers: async () => ({}),
    secrets: [],
    messageOf: () => null,
    clock: nodeClock,
    retry: { tries: 1, firstDelayMs: 1, longestDelayMs: 1 },
  })({ method: "POST", path: "/", body: {}, reply: z.unknown(), signal });

console.log(
  JSON.stringify({
    problems,
    storage: await outcome(createS3Store(place, { retry: { attempts: 1, firstDelayMs: 1 } }).probe(signal)),
    provider: await outcome(provider(place.endpoint)),
    plain: await outcome(provider(process.env["GOLDSMITH_TEST_PLAIN"] ?? "")),
  }),
);
process.exit(0);
