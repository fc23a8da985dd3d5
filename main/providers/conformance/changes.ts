import { expect, it } from "vitest";
import { AppError } from "#core/lib/app-error.ts";
import type { Capabilities } from "#contract/provider-info.ts";
import { signal, type Session } from "./session.ts";

const absent = (): never => {
  throw new Error("declared, but absent");
};

/** What can be done with images and accounts beside importing, as far as the manifest declares it. */
export function changeTests(session: Session, capabilities: Capabilities): void {
  if (capabilities.renameImage) {
    it("renames, and keeps the description or changes it", async () => {
      const { client, harness, codeOf, onlyImage } = session;
      const { renameImage } = client;
      const { providerImageId: id, description } = await onlyImage();
      for (let round = 0; round < 2; round++) {
        await renameImage?.(id, { name: "renamed", description: null }, signal());
        expect(await client.getImage(id, signal())).toMatchObject({ name: "renamed", description });
      }
      await renameImage?.(id, { name: "again", description: "words" }, signal());
      expect(await client.getImage(id, signal())).toMatchObject({ name: "again", description: "words" });
      const stranger = renameImage?.(harness.strangeId, { name: "n", description: null }, signal());
      expect(await codeOf(stranger)).toBe("not-found");
    });
  }

  if (capabilities.transferImage) {
    it("transfers to another region, also when it is asked for twice", async () => {
      const { client, harness, codeOf, onlyImage } = session;
      const region = harness.otherRegion ?? absent();
      const { providerImageId: id, regions } = await onlyImage();
      for (let round = 0; round < 2; round++) await client.transferImage?.(id, region, signal());
      await expect
        .poll(async () => (await client.getImage(id, signal())).regions)
        .toEqual([...regions, region]);
      await client.transferImage?.(id, region, signal());
      expect((await client.getImage(id, signal())).regions).toEqual([...regions, region]);
      expect(await codeOf(client.transferImage?.(harness.strangeId, region, signal()))).toBe("not-found");
    });
  }

  if (capabilities.quota) {
    it("tells the quota, and that it is used up", async () => {
      const { client, harness, register, settled } = session;
      const quota = () => client.quota?.(signal()) ?? absent();
      const before = await quota();
      expect(await quota()).toEqual(before);
      if (harness.importing !== null) {
        await settled((await register(harness.importing.good)).providerImageId);
        expect((await quota()).images).toBe((before.images ?? 0) + 1);
      }
      if (harness.useUpQuota === null) return;
      await harness.useUpQuota();
      expect((await quota()).freeBytes).toBe(0);
      if (harness.importing === null) return;
      const outcome = await register(harness.importing.good).then(
        async ({ providerImageId }) => (await settled(providerImageId)).state,
        (error: unknown) => AppError.from(error).code,
      );
      expect(["quota-exceeded", "error"]).toContain(outcome);
    });
  }

  if (capabilities.launch) {
    it("launches in every mode that it offers", async () => {
      const { client, harness, onlyImage } = session;
      const { providerImageId: id } = await onlyImage();
      for (let round = 0; round < 2; round++) {
        const options = (await client.launchOptions?.(id, signal())) ?? absent();
        expect(new Set(options.modes)).toEqual(new Set(harness.launches.map(({ mode }) => mode)));
        for (const request of harness.launches) {
          const launched = await client.launch?.(id, request, signal());
          expect(launched?.instanceId).toMatch(/\w/);
          expect(launched?.status).toMatch(/\w/);
        }
      }
    });
  }
}
