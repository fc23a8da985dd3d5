import { describe, expect, it } from "vitest";
import { changeTests } from "./conformance/changes.ts";
import { faultTests } from "./conformance/faults.ts";
import type { ProviderHarness } from "./conformance/harness.ts";
import { importTests } from "./conformance/imports.ts";
import { eachSession, signal, type Session } from "./conformance/session.ts";
import type { ProviderClient, ProviderManifest } from "./provider.ts";

export type { ImportHarness, ProviderHarness } from "./conformance/harness.ts";

/** The suite that every provider adapter passes, over its emulator. What a manifest declares is tried. */
export function providerConformance(manifest: ProviderManifest, start: () => Promise<ProviderHarness>): void {
  const { capabilities } = manifest;
  const imports = capabilities.ingest.some((way) => way !== "operator-hand-off");
  describe(`${manifest.name} conforms`, () => {
    const session = eachSession(start);

    it("declares what it has, and nothing else", () => {
      const { client, harness } = session;
      expect(client.manifest).toBe(manifest);
      const { deleteImage, renameImage, transferImage, quota, launch } = capabilities;
      const { exportImage, shapes, compartments, captureImage } = capabilities;
      expect({
        imports: client.importImage !== null,
        deleteImage: client.deleteImage !== null,
        renameImage: client.renameImage !== null,
        transferImage: client.transferImage !== null,
        quota: client.quota !== null,
        launch: client.launch !== null,
        exportImage: client.exportImage !== null,
        shapes: client.shapes !== null,
        compartments: client.compartments !== null,
        captureImage: client.instances !== null,
      }).toEqual({
        imports,
        deleteImage,
        renameImage,
        transferImage,
        quota,
        launch,
        exportImage,
        shapes,
        compartments,
        captureImage,
      });
      expect(client.launchOptions !== null).toBe(launch);
      // And the harness lets all of it be tried.
      expect(harness.importing !== null).toBe(imports);
      expect(harness.otherRegion !== null).toBe(transferImage);
      expect(harness.launches.length > 0).toBe(launch);
    });

    it("says unauthorized for every call with wrong credentials", async () => {
      const { client, harness, codeOf, onlyImage } = session;
      const image = await onlyImage();
      for (const call of callsOf(harness.client({ stranger: true }), session, image.providerImageId)) {
        expect(await codeOf(call())).toBe("unauthorized");
      }
      expect(await client.listImages(signal())).toEqual([image]);
    });

    it("shows a status that it does not know as it is", async () => {
      const { client, harness } = session;
      await harness.fill(2, "Pondering");
      const images = await client.listImages(signal());
      expect(images).toHaveLength(2);
      for (const image of images) {
        expect(image).toMatchObject({ state: "unknown", providerStatus: "Pondering" });
        expect(await client.getImage(image.providerImageId, signal())).toEqual(image);
      }
    });

    if (imports) importTests(session);
    changeTests(session, capabilities);
    faultTests(session);
  });
}

/** Every call that a client has, for an image of this id. */
function callsOf(client: ProviderClient, session: Session, id: string): (() => Promise<unknown>)[] {
  const { harness, requestFor } = session;
  const { importImage, deleteImage, renameImage, transferImage, quota, launchOptions, launch } = client;
  const { exportImage, shapes, compartments, instances } = client;
  const destination = { kind: "object" as const, namespace: "n", bucket: "b", object: "o" };
  const calls: ((() => Promise<unknown>) | null)[] = [
    () => client.testCredentials(signal()),
    () => client.listImages(signal()),
    () => client.getImage(id, signal()),
    importImage && (() => importImage(requestFor(session.importing.good), signal())),
    deleteImage && (() => deleteImage(id, signal())),
    renameImage && (() => renameImage(id, { name: "n", description: null }, signal())),
    transferImage && (() => transferImage(id, harness.otherRegion ?? "", signal())),
    quota && (() => quota(signal())),
    launchOptions && (() => launchOptions(id, signal())),
    exportImage && (() => exportImage(id, destination, "QCOW2", signal())),
    shapes && (() => shapes.list(id, signal())),
    compartments && (() => compartments.list(signal())),
    instances && (() => instances.list(signal())),
    ...harness.launches.map((request) => launch && (() => launch(id, request, signal()))),
  ];
  return calls.filter((call) => call !== null);
}
