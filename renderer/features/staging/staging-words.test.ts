import { describe, expect, it } from "vitest";
import { StagingPlaceSchema } from "#contract/staging.ts";
import { placeWords } from "./staging-words.ts";

describe("placeWords", () => {
  it.each([
    [
      { kind: "s3", endpoint: "https://fra1.digitaloceanspaces.com/", bucket: "golden", accessKeyId: "A" },
      "golden at fra1.digitaloceanspaces.com",
    ],
    [{ kind: "oci", accountId: "a", bucket: "golden" }, "bucket golden"],
    [
      { kind: "sftp", host: "www.example.org", username: "web", directory: "/srv/images", auth: "agent" },
      "web@www.example.org:/srv/images",
    ],
    [{ kind: "folder", path: "/mnt/images" }, "/mnt/images"],
  ])("names %j", (place, words) => {
    expect(placeWords(StagingPlaceSchema.parse(place))).toBe(words);
  });
});
