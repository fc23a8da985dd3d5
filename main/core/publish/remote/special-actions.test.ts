import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAccounts, type Accounts } from "#core/publish/accounts/accounts.ts";
import { testPorts } from "#core/publish/publish-harness.ts";
import { createStagings, type Stagings } from "#core/publish/staging/stagings.ts";
import { createPractice, type Practice } from "#core/practice/practice.ts";
import { StateStore } from "#core/state-store.ts";
import type { ProviderId } from "#contract/finding.ts";
import { goodImage } from "#providers/emulation/testing/image-server.ts";
import { openGate } from "#staging/transfer-gate.ts";
import type { StagingStore } from "#staging/staging-store.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { createRemoteImages, type RemoteImages } from "./remote-images.ts";
import { createSpecialActions, type SpecialActions } from "./special-actions.ts";

/** Over the practice accounts. */

let root: string;
let store: StateStore;
let practice: Practice;
let stagings: Stagings;
let accounts: Accounts;
let remoteImages: RemoteImages;
let special: SpecialActions;

const signal = (): AbortSignal => AbortSignal.timeout(15_000);
/** Patient, because a machine under load is no failure. */
const eventually = (look: () => unknown) => expect.poll(look, { timeout: 15_000 });

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "goldsmith-special-"));
  const ports = testPorts(root, nodeProcesses);
  store = new StateStore();
  practice = createPractice({ ports, paceMs: 1 });
  stagings = createStagings({ ports, store, practice, gate: openGate });
  remoteImages = createRemoteImages({ ports, store });
  accounts = createAccounts({ ports, store, practice, stagings, remoteImages });
  special = createSpecialActions({ store, accounts, remoteImages });
});
afterEach(async () => {
  await remoteImages.close();
  await practice.close();
  await rm(root, { recursive: true, force: true });
});

async function practiceAccount(provider: ProviderId): Promise<string> {
  const [id = ""] = await accounts.addPractice(provider);
  return id;
}

/** An account of Oracle's with one image in it. */
async function oracle(): Promise<{ accountId: string; imageId: string; bucket: StagingStore }> {
  const accountId = await practiceAccount("oci");
  const { account, provider } = await accounts.open(accountId);
  const bucket = await stagings.open(account.stagingId ?? "");
  const path = join(root, "golden");
  const content = goodImage();
  await writeFile(path, content);
  await bucket.upload({
    key: "golden",
    path,
    sizeBytes: content.length,
    contentType: "application/octet-stream",
    access: "private",
    resume: null,
    onUploadId: async () => {},
    onProgress: () => {},
    signal: signal(),
  });
  const source = await bucket.locate?.("golden", signal());
  if (source === undefined) throw new Error("Oracle's storage is its own");
  const made = await provider.importImage?.(
    {
      name: "golden",
      source,
      region: account.defaultRegion,
      format: "qcow2",
      firmware: "bios",
      os: null,
      description: "",
      retryToken: "once",
    },
    signal(),
  );
  const providerImageId = made?.providerImageId ?? "";
  await eventually(async () => (await provider.getImage(providerImageId, signal())).state).toBe("available");
  await accounts.refresh(accountId);
  return { accountId, imageId: `${accountId}/${providerImageId}`, bucket };
}

describe("an image at Oracle", () => {
  it("is exported into a bucket of the account, whose namespace need not be known", async () => {
    const { imageId, bucket } = await oracle();
    const request = {
      remoteImageId: imageId,
      bucket: "images",
      object: "out.qcow2",
      format: "QCOW2",
    } as const;
    expect(await special.exportImage(request, signal())).toMatch(/^ocid1\.coreservicesworkrequest\./);
    expect(store.state.remoteImages[imageId]).toMatchObject({ state: "available" });
    await eventually(async () => (await bucket.list("out", signal())).map(({ key }) => key)).toEqual([
      "out.qcow2",
    ]);
  });

  it("is offered for a shape within limits, and no longer", async () => {
    const { imageId } = await oracle();
    const arm = { shape: "VM.Standard.A1.Flex", ocpus: { min: 1, max: 4 }, memoryGB: null };
    await special.setShape(imageId, arm, signal());
    expect(await special.shapes(imageId, signal())).toContainEqual(arm);
    await special.removeShape(imageId, arm.shape, signal());
    expect((await special.shapes(imageId, signal())).map(({ shape }) => shape)).not.toContain(arm.shape);
  });

  it("leaves the list with its compartment, and stays when it is moved to where it is", async () => {
    const { imageId } = await oracle();
    const [root, other] = await special.compartments(imageId, signal());
    expect([root?.name, other?.name]).toEqual(["root", "images"]);
    await special.move(imageId, root?.id ?? "", signal());
    expect(store.state.remoteImages).toHaveProperty([imageId]);
    await special.move(imageId, other?.id ?? "", signal());
    expect(store.state.remoteImages).toEqual({});
  });

  it("has no instances to capture", async () => {
    const accountId = await practiceAccount("oci");
    await expect(special.instances(accountId, signal())).rejects.toMatchObject({
      code: "bad-input",
      hint: "Hypervisor.io can.",
    });
    const request = { accountId, instanceId: "i", name: "golden" };
    await expect(special.capture(request, signal())).rejects.toMatchObject({ code: "bad-input" });
    const mount = { accountId, instanceId: "i", url: null, device: "primary" } as const;
    await expect(special.mountIso(mount, signal())).rejects.toMatchObject({ code: "bad-input" });
  });
});

describe("an instance of a panel", () => {
  it("becomes an image, which is followed, and cannot be exported, moved or limited to shapes", async () => {
    const accountId = await practiceAccount("hypervisor-io");
    const [instance] = await special.instances(accountId, signal());
    const instanceId = instance?.id ?? "";
    const id = await special.capture({ accountId, instanceId, name: "golden", type: "linux" }, signal());
    expect(store.state.remoteImages[id]).toMatchObject({ name: "golden", state: "creating" });
    await eventually(async () => {
      await accounts.refresh(accountId);
      return store.state.remoteImages[id]?.state;
    }).toBe("available");

    const request = { remoteImageId: id, bucket: "b", object: "o", format: "QCOW2" } as const;
    const shape = { shape: "s", ocpus: null, memoryGB: null };
    for (const refused of [
      special.exportImage(request, signal()),
      special.shapes(id, signal()),
      special.setShape(id, shape, signal()),
      special.removeShape(id, "s", signal()),
      special.compartments(id, signal()),
      special.move(id, "c", signal()),
    ]) {
      await expect(refused).rejects.toMatchObject({
        code: "bad-input",
        message: expect.stringMatching(/^Hypervisor\.io cannot /),
        hint: "Oracle Cloud Infrastructure can.",
      });
    }
  });

  it("gets an ISO by its address, and gives it back", async () => {
    const accountId = await practiceAccount("hypervisor-io");
    const [instance] = await special.instances(accountId, signal());
    const drive = { accountId, instanceId: instance?.id ?? "", device: "secondary" } as const;
    await special.mountIso({ ...drive, url: "https://example.com/installer.iso" }, signal());
    await special.mountIso({ ...drive, url: null }, signal());
    const nobody = { ...drive, instanceId: "00000000-0000-4000-8000-000000000000", url: null };
    await expect(special.mountIso(nobody, signal())).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("what cannot be named", () => {
  it("is refused before a provider is asked", async () => {
    await expect(special.shapes("a/b", signal())).rejects.toMatchObject({ code: "not-found" });
  });
});
