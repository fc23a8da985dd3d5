import { describe, expect, it } from "vitest";
import { judgeConnect, newConnectDraft, type ConnectDraft } from "./connect-draft.ts";

const good: ConnectDraft = {
  ...newConnectDraft(),
  token: "dop_v1_x",
  bucket: "images",
  accessKeyId: "AK",
  secretAccessKey: "SK",
};

describe("judgeConnect", () => {
  it("makes the contract's input", () => {
    const { input, problems } = judgeConnect(good);
    expect(problems).toEqual({});
    expect(input?.staging).toMatchObject({
      connect: { place: { kind: "s3", bucket: "images" }, secret: "SK" },
    });
  });

  it.each([
    ["token", ""],
    ["endpoint", "nyc3.digitaloceanspaces.com"],
    ["endpoint", "ftp://example.org"],
    ["bucket", "ab"],
    ["accessKeyId", " "],
    ["secretAccessKey", ""],
    ["name", ""],
  ] as const)("finds what is wrong with %s %j", (field, text) => {
    const { input, problems } = judgeConnect({ ...good, [field]: text });
    expect(input).toBeNull();
    expect(Object.keys(problems)).toEqual([field]);
  });
});
