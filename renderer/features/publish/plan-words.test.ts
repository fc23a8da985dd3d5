import { describe, expect, it } from "vitest";
import type { DestinationPlan } from "#contract/publish.ts";
import { costWords, formatOptions, formatReason, uploadWords } from "./plan-words.ts";

const plan: DestinationPlan = {
  accountId: "a",
  level: "pass",
  convert: null,
  formats: [],
  uploadBytes: 159 * 1024 ** 2,
  sharesWith: null,
  stagingName: "spaces",
  exposure: "unguessable-public-link",
  quota: null,
  cost: null,
  same: [],
  notes: [],
};

describe("uploadWords", () => {
  it.each([
    [{}, "159 MiB as it is, through spaces"],
    [{ convert: "qcow2-zlib" }, "159 MiB as qcow2 (zlib), through spaces"],
    [{ convert: "raw-gzip", uploadBytes: null, stagingName: null }, "The image as raw, gzipped"],
    [{ sharesWith: "b" }, "Nothing more: shares the upload of B"],
    [{ exposure: "your-address", uploadBytes: 0 }, "Nothing: it lies there already"],
  ] as const)("%j", (change, words) => {
    expect(uploadWords({ ...plan, ...change }, (id) => id.toUpperCase())).toBe(words);
  });
});

describe("formatOptions", () => {
  const formats = [
    { format: "as-it-is", reason: "Nothing is converted" },
    { format: "raw-gzip", reason: "A little smaller" },
  ] as const;

  it("names the default and what else there is, each with its reason", () => {
    const options = formatOptions({ formats: [...formats] });
    expect(options.map(({ value }) => value)).toEqual(["", "raw-gzip"]);
    expect(options[0]?.label).toBe("The file as it is (default)");
    expect(formatReason({ formats: [...formats] }, "")).toBe("Nothing is converted.");
    expect(formatReason({ formats: [...formats] }, "raw-gzip")).toBe("A little smaller.");
    expect(formatOptions({ formats: [] })).toEqual([]);
  });
});

describe("costWords", () => {
  it.each([
    [{ currency: "USD", perMonth: 0.06, perHour: 0.0000833 }, /0\.06\D* a month/, /0\.00008\d\D* an hour/],
    [{ currency: "EUR", perMonth: 12.5, perHour: 0 }, /12\.50\D* a month/, /0\.00\D* an hour/],
    [{ currency: "coins", perMonth: 0.5, perHour: 0 }, /^0\.50 coins a month/, /^0\.00 coins/],
  ])("keeps the figures that count of %j", (cost, month, hour) => {
    const words = costWords({ ...cost, basis: "" });
    expect(words.month).toMatch(month);
    expect(words.hour).toMatch(hour);
  });
});
