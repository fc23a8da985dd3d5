import { describe, expect, it } from "vitest";
import type { LaunchOptions } from "#contract/remote-image.ts";
import { launchHeldBack, launchRequest, newLaunchDraft } from "./launch-draft.ts";

const options: LaunchOptions = {
  modes: ["create", "reinstall"],
  regions: ["fra1", "ams3"],
  sizes: [{ id: "s-1", text: "1 core, 1 GB" }],
  keys: [{ id: "k1", name: "laptop" }],
  instances: [{ id: "i1", name: "web", status: "running" }],
  networks: [],
  zones: [],
  keyOptional: false,
};
const draft = newLaunchDraft("web", options);

describe("a launch", () => {
  it("begins with the first of everything", () => {
    expect(launchHeldBack(draft, options)).toBeNull();
    expect(launchRequest("a/1", draft)).toEqual({
      remoteImageId: "a/1",
      mode: "create",
      name: "web",
      region: "fra1",
      size: "s-1",
      keyIds: ["k1"],
      userData: "",
    });
  });

  it("leaves out what a reinstallation does not choose", () => {
    const reinstall = { ...draft, mode: "reinstall", instanceId: "i1" } as const;
    expect(launchRequest("a/1", reinstall)).toEqual({
      remoteImageId: "a/1",
      mode: "reinstall",
      name: "web",
      keyIds: ["k1"],
      userData: "",
      instanceId: "i1",
    });
  });

  it.each([
    [{ name: " " }, "A name is needed"],
    [{ keyIds: [] }, "The provider wants at least one SSH key"],
    [{ mode: "reinstall" }, "Choose the instance whose disk is replaced"],
    [{ publicKey: "-----BEGIN PRIVATE KEY-----" }, "That is no public key in OpenSSH's form"],
  ] as const)("is held back by %j", (change, words) => {
    expect(launchHeldBack({ ...draft, ...change }, options)).toBe(words);
  });
});
