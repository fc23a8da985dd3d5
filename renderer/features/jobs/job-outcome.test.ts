import { describe, expect, it } from "vitest";
import { jobOutcome } from "./job-outcome.ts";

describe("jobOutcome", () => {
  it("knows a publication's result beside its subject", () => {
    const result = { remoteImageId: "a/1", status: "available", somethingNew: 1 };
    expect(jobOutcome({ result, subject: { imageId: "i" } })).toEqual({
      imageId: "i",
      remoteImageId: "a/1",
      status: "available",
    });
  });

  it("prefers what the job made to what it was about", () => {
    expect(jobOutcome({ result: { imageId: "new" }, subject: { machineId: "m" } })).toEqual({
      machineId: "m",
      imageId: "new",
    });
  });

  it.each([null, "text", 7, { status: 3 }, []])("takes %j for no result", (result) => {
    expect(jobOutcome({ result, subject: {} })).toEqual({});
  });
});
