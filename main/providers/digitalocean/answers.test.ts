import { afterEach, expect, it } from "vitest";
import { startJsonServer, type EmulatorReply, type JsonServer } from "#providers/emulation/json-server.ts";
import { hastyClock } from "#providers/emulation/testing/hasty-clock.ts";
import { createDigitalOcean } from "./provider.ts";

/** Answers that the emulator does not give: what else the service has in an account, and what nobody should. */

const signal = (): AbortSignal => AbortSignal.timeout(10_000);
let server: JsonServer | null = null;
let asked = 0;
afterEach(async () => {
  await server?.close();
  [server, asked] = [null, 0];
});

async function answering(answer: (url: URL, method: string) => EmulatorReply["body"]) {
  server = await startJsonServer({
    port: 0,
    faults: {},
    answer: async ({ url, method }) => {
      asked++;
      return { status: 200, body: answer(url, method) };
    },
  });
  const access = { apiBase: server.apiBase, fields: { token: "t0ken" } };
  return createDigitalOcean(access, { clock: hastyClock });
}
const image = (change: object = {}) => ({ id: 7, name: "n", type: "custom", status: "available", ...change });

it.each([
  ["NEW", "", "creating"],
  ["pending", " ", "creating"],
  ["pending", "cannot be read", "error"],
  ["available", "", "available"],
  ["deleted", "", "error"],
  ["retired", "", "error"],
  ["archived", "", "unknown"],
])("reads %s with the message '%s' as %s", async (status, message, state) => {
  const client = await answering(() => ({ image: image({ status, error_message: message }) }));
  expect(await client.getImage("7", signal())).toMatchObject({ state, providerStatus: status });
});

it("lists imported images only, and each once", async () => {
  const images = [image(), image({ id: 8, type: "snapshot" }), image({ id: 9, type: "backup" }), image()];
  const client = await answering(() => ({ images }));
  expect((await client.listImages(signal())).map(({ providerImageId }) => providerImageId)).toEqual(["7"]);
});

it("ends a list that goes in a circle", async () => {
  const client = await answering((url) => ({ images: [], links: { pages: { next: url.href } } }));
  await expect(client.listImages(signal())).rejects.toMatchObject({ code: "protocol" });
  expect(asked).toBe(200);
});

it("follows no page to another server", async () => {
  const next = "https://example.invalid/v2/images?page=2";
  const client = await answering(() => ({ images: [], links: { pages: { next } } }));
  await expect(client.listImages(signal())).rejects.toMatchObject({ code: "protocol" });
  expect(asked).toBe(1);
});

const transferred = (status: string) => ({ type: "transfer", status, region_slug: "ams3" });
it.each([
  ["wrapped", { action: transferred("in-progress") }, [], 3],
  ["bare", transferred("in-progress"), [], 3],
  ["after one that failed", {}, [transferred("errored")], 3],
  ["under way already", {}, [transferred("in-progress")], 2],
])("takes a transfer as accepted: %s", async (_, accepted, actions, requests) => {
  const client = await answering((url, method) => {
    if (!url.pathname.endsWith("/actions")) return { image: image({ regions: ["fra1"] }) };
    return method === "POST" ? accepted : { actions };
  });
  await client.transferImage?.("7", "ams3", signal());
  expect(asked).toBe(requests);
});

it("asks for no transfer to where the image is", async () => {
  const client = await answering(() => ({ image: image({ regions: ["ams3"] }) }));
  await client.transferImage?.("7", "ams3", signal());
  expect(asked).toBe(1);
});

it("makes the provider's words fit to be shown", async () => {
  const message = "bad\u001b[31m \u202Etxt for t0ken";
  const client = await answering(() => ({ image: image({ name: "a\u0000b", error_message: message }) }));
  expect(await client.getImage("7", signal())).toMatchObject({
    name: "a b",
    errorMessage: "bad [31m  txt for ***",
  });
});
