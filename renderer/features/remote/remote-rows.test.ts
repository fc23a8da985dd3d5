import { describe, expect, it } from "vitest";
import type { RemoteImage } from "#contract/remote-image.ts";
import { newestRemote, orderBy, remoteRows, type RemoteQuery } from "./remote-rows.ts";

const image = (name: string, change: Partial<RemoteImage> = {}): RemoteImage => ({
  id: `a/${name}`,
  accountId: "a",
  providerImageId: name,
  name,
  description: null,
  state: "available",
  providerStatus: "available",
  errorMessage: null,
  source: null,
  regions: [],
  sizeBytes: null,
  progress: null,
  createdAt: null,
  seenAt: "2026-01-01T00:00:00.000Z",
  history: [],
  publishedFrom: null,
  ...change,
});
const images = [
  image("web-10", { sizeBytes: 10, createdAt: "2026-01-03T00:00:00Z", regions: ["fra1"] }),
  image("web-9", { sizeBytes: 30, createdAt: "2026-01-01T00:00:00Z", state: "error" }),
  image("db", { accountId: "b", createdAt: "2026-01-02T00:00:00Z", state: "creating" }),
];
const accountName = (id: string): string => (id === "a" ? "Work" : "Home");
const names = (change: Partial<RemoteQuery>): string[] =>
  remoteRows(images, { ...newestRemote, ...change }, accountName).map(({ name }) => name);

describe("remoteRows", () => {
  it("shows the newest first", () => {
    expect(names({})).toEqual(["web-10", "db", "web-9"]);
  });

  it.each([
    ["name", true, ["db", "web-9", "web-10"]],
    ["account", true, ["db", "web-10", "web-9"]],
    ["state", true, ["web-9", "db", "web-10"]],
    ["size", false, ["web-9", "web-10", "db"]],
  ] as const)("orders by %s", (column, ascending, expected) => {
    expect(names({ column, ascending })).toEqual(expected);
  });

  it.each([
    [{ search: "web" }, ["web-10", "web-9"]],
    [{ search: "home" }, ["db"]],
    [{ search: "fra1 web" }, ["web-10"]],
    [{ accountId: "b" }, ["db"]],
    [{ state: "error" }, ["web-9"]],
    [{ state: "error", accountId: "b" }, []],
  ] as const)("finds by %j", (change, expected) => {
    expect(names(change)).toEqual(expected);
  });
});

describe("orderBy", () => {
  it("turns the same column round and begins another one with its natural order", () => {
    expect(orderBy(newestRemote, "created").ascending).toBe(true);
    expect(orderBy(newestRemote, "name")).toMatchObject({ column: "name", ascending: true });
    expect(orderBy(newestRemote, "size")).toMatchObject({ column: "size", ascending: false });
  });
});
