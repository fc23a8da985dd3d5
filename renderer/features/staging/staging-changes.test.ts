import { describe, expect, it } from "vitest";
import type { StagingPlace, StagingView } from "#contract/staging.ts";
import { judgeStagingChanges } from "./staging-changes.ts";
import { stagingDraftOf, type StagingDraft } from "./staging-draft.ts";

const view = (place: StagingPlace): StagingView => ({
  id: "s1",
  name: "Web",
  practice: false,
  place,
  createdAt: "2026-01-10T12:00:00.000Z",
  seen: null,
});
const sftp = view({
  kind: "sftp",
  host: "www.example.org",
  port: 2222,
  username: "deploy",
  directory: "/var/www",
  auth: "password",
  keyPath: null,
  hostKeySha256: "SHA256:abc",
  publicUrlTemplate: "https://www.example.org/{key}",
});
const s3 = view({
  kind: "s3",
  endpoint: "https://s3.example.org",
  region: "eu-1",
  bucket: "images",
  accessKeyId: "AK",
  publicUrlTemplate: null,
});
const judge = (staging: StagingView, typed: Partial<StagingDraft>, name = "Web") => {
  const draft = stagingDraftOf(staging);
  return judgeStagingChanges(name, draft && { ...draft, ...typed }, staging);
};

describe("the changes of a storage", () => {
  it.each([sftp, s3, view({ kind: "folder", path: "/mnt/x", publicUrlTemplate: null })])(
    "are none while nothing is typed, and its place is what it was: $place.kind",
    (staging) => {
      expect(judge(staging, {})).toEqual({ input: { stagingId: "s1" }, asksStorage: false, problems: {} });
      const { input } = judge(staging, { publicUrlTemplate: "https://cdn.example.org/{key}" });
      expect(input?.place).toEqual({
        ...staging.place,
        publicUrlTemplate: "https://cdn.example.org/{key}",
      });
      expect(input).not.toHaveProperty("secret");
    },
  );

  it("send another key, and another name alone without asking the storage", () => {
    expect(judge(s3, { accessKeyId: "NEW", secret: "SK" })).toMatchObject({
      asksStorage: true,
      input: { place: { accessKeyId: "NEW" }, secret: "SK" },
    });
    expect(judge(s3, {}, "Store")).toEqual({
      input: { stagingId: "s1", name: "Store" },
      asksStorage: false,
      problems: {},
    });
  });

  it("ask for the secret of another way to log in", () => {
    const key = view({ ...sftp.place, auth: "key", keyPath: "~/k" } as StagingPlace);
    expect(Object.keys(judge(key, { auth: "password" }).problems)).toEqual(["secret"]);
    expect(judge(sftp, { auth: "agent" }).input?.place).toMatchObject({ auth: "agent" });
  });

  it("of a bucket whose keys are an account's are its name", () => {
    const own = view({ kind: "oci", accountId: "a1", bucket: "golden" });
    expect(judge(own, {}, "Own").input).toEqual({ stagingId: "s1", name: "Own" });
    expect(Object.keys(judge(own, {}, " ").problems)).toEqual(["name"]);
  });
});
