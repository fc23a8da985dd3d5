import { expect, it } from "vitest";
import { AppError } from "#core/lib/app-error.ts";
import { broken } from "./faults.ts";
import { signal, type Session } from "./session.ts";

/** For adapters that take a built image by a call of ours. */
export function importTests(session: Session): void {
  it("imports, lists, shows and deletes; each call twice", async () => {
    const { client, register, settled, importing } = session;
    for (let round = 0; round < 2; round++) {
      const created = await register(importing.good, `marker-${round}`);
      const id = created.providerImageId;
      expect(created).toMatchObject({ name: "golden", state: "creating" });
      const done = await settled(id);
      expect(done).toMatchObject({ name: "golden", state: "available", errorMessage: null });
      expect(done.description).toContain(`marker-${round}`);
      expect(done.sizeBytes).toBeGreaterThan(0);
      for (let again = 0; again < 2; again++) {
        expect(await client.getImage(id, signal())).toEqual(done);
        const listed = await client.listImages(signal());
        expect(listed.filter((image) => image.providerImageId === id)).toEqual([done]);
      }
      for (let again = 0; again < 2; again++) await client.deleteImage?.(id, signal());
      expect(await client.listImages(signal())).toEqual([]);
    }
  });

  it("tells why an import failed, whatever was wrong with the file", async () => {
    const { harness, failureOf, register, settled, importing } = session;
    for (const source of [importing.bad, importing.cut]) {
      if (source === null) continue;
      // Refused at once, or accepted and failed later: the reason is told either way.
      const words = await register(source).then(
        async ({ providerImageId }) => (await settled(providerImageId)).errorMessage,
        async (error: unknown) => (await failureOf(Promise.reject(AppError.from(error)))).message,
      );
      expect(words).toMatch(/\w{5}/);
    }
    harness.injectImport({ kind: "vanish" });
    const { providerImageId } = await register(importing.good, "vanishing");
    expect((await settled(providerImageId)).state).toBe("error");
  });

  it("shows an import that does not move on as creating, and lets it be deleted", async () => {
    const { client, harness, register, importing } = session;
    harness.injectImport({ kind: "stuck" });
    const { providerImageId } = await register(importing.good);
    for (let look = 0; look < 5; look++) {
      expect((await client.getImage(providerImageId, signal())).state).toBe("creating");
    }
    await client.deleteImage?.(providerImageId, signal());
    expect(await client.listImages(signal())).toEqual([]);
  });

  it("registers once when the first try met a 429", async () => {
    const { client, harness, register, importing } = session;
    await client.testCredentials(signal());
    harness.inject([{ kind: "refuse", status: 429, retryAfterSeconds: 1 }]);
    await register(importing.good);
    expect(await client.listImages(signal())).toHaveLength(1);
  });

  it("registers once, or leaves it to be found, when the outcome is unclear", async () => {
    const { client, harness, failureOf, register, importing } = session;
    await client.testCredentials(signal());
    for (const fault of broken) {
      const again = () => register(importing.good, `unclear-${fault.kind}`);
      harness.inject([fault]);
      if (importing.honoursRetryToken) {
        await again().catch(again);
        continue;
      }
      expect((await failureOf(again())).details["processed"]).toBe("unknown");
    }
    const found = (await client.listImages(signal())).map((image) => image.description ?? "");
    const registered = broken
      .map(({ kind }) => kind)
      .filter((kind) => found.some((words) => words.includes(kind)));
    // The refused one left nothing; the two whose answer was lost can be found by their description.
    const expected = importing.honoursRetryToken
      ? ["refuse", "cut-body", "lose-reply"]
      : ["cut-body", "lose-reply"];
    expect(registered).toEqual(expected);
    expect(found).toHaveLength(expected.length);
  });
}
