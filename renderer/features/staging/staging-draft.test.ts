import { describe, expect, it } from "vitest";
import { judgeStaging, newStagingDraft, type StagingDraft } from "./staging-draft.ts";

const s3: StagingDraft = {
  ...newStagingDraft("s3"),
  endpoint: "https://fra1.digitaloceanspaces.com",
  bucket: "tenant:images",
  accessKeyId: "AK",
  secret: " SK ",
};
const sftp: StagingDraft = {
  ...newStagingDraft("sftp"),
  host: "www.example.org",
  username: "deploy",
  directory: "/var/www/images",
  keyPath: "/home/mira/.ssh/id_ed25519",
  hostKeySha256: "SHA256:abc",
  publicUrlTemplate: "https://www.example.org/images/{key}",
};
const folder: StagingDraft = { ...newStagingDraft("folder"), path: "/mnt/share/images/" };

describe("judgeStaging", () => {
  it("makes the contract's input and a name when none was typed", () => {
    expect(judgeStaging(s3).input).toMatchObject({ name: "tenant:images", secret: "SK" });
    expect(judgeStaging(folder).input).toEqual({
      name: "images",
      place: { kind: "folder", path: "/mnt/share/images/", publicUrlTemplate: null },
    });
    expect(judgeStaging({ ...sftp, name: "Web" }).input).toMatchObject({
      name: "Web",
      place: { kind: "sftp", port: 22, auth: "key", hostKeySha256: "SHA256:abc" },
    });
  });

  it("asks an agent for no key and no secret", () => {
    expect(judgeStaging({ ...sftp, auth: "agent", keyPath: "" }).input?.place).toMatchObject({
      auth: "agent",
      keyPath: null,
    });
  });

  it.each([
    [{ endpoint: "fra1.digitaloceanspaces.com" }, "endpoint"],
    [{ endpoint: "ftp://example.org" }, "endpoint"],
    [{ bucket: "ab" }, "bucket"],
    [{ accessKeyId: " " }, "accessKeyId"],
    [{ secret: "" }, "secret"],
    [{ publicUrlTemplate: "https://cdn.example.org/" }, "publicUrlTemplate"],
  ] as const)("finds what is wrong with a store: %j", (change, field) => {
    const { input, problems } = judgeStaging({ ...s3, ...change });
    expect(input).toBeNull();
    expect(Object.keys(problems)).toEqual([field]);
  });

  it.each([
    [{ host: "", name: "Web" }, "host"],
    [{ port: "ssh" }, "port"],
    [{ port: "70000" }, "port"],
    [{ username: "" }, "username"],
    [{ keyPath: "" }, "keyPath"],
    [{ auth: "password" }, "secret"],
    [{ hostKeySha256: null }, "hostKeySha256"],
  ] as const)("finds what is wrong with a server: %j", (change, field) => {
    expect(Object.keys(judgeStaging({ ...sftp, ...change }).problems)).toEqual([field]);
  });
});
