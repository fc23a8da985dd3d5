import { describe, expect, it } from "vitest";
import type { AccountView } from "#contract/account.ts";
import type { DestinationPlan } from "#contract/publish.ts";
import { heldBack, newDestination, publishInput, type DestinationDraft } from "./destinations.ts";

const account = (id: string): AccountView => ({
  id,
  name: id.toUpperCase(),
  provider: "digitalocean",
  practice: false,
  apiBase: "https://api.example.com",
  defaultRegion: "fra1",
  settings: {},
  stagingId: "s1",
  createdAt: "2026-01-01T00:00:00.000Z",
});
const plan = (accountId: string, change: Partial<DestinationPlan> = {}): DestinationPlan => ({
  accountId,
  level: "pass",
  convert: null,
  formats: [],
  uploadBytes: 10,
  sharesWith: null,
  stagingName: "s",
  exposure: "signed-link",
  quota: null,
  cost: null,
  same: [],
  notes: [],
  ...change,
});
const choose = (id: string, change: Partial<DestinationDraft> = {}) => ({
  account: account(id),
  draft: { ...newDestination(account(id), "golden"), chosen: true, ...change },
});
const plans = (...all: DestinationPlan[]) => new Map(all.map((one) => [one.accountId, one]));

describe("publishInput", () => {
  it("makes one destination an account", () => {
    const input = publishInput("i", [choose("a"), choose("b", { staging: "s2", region: "" })], false);
    expect(input).toEqual({
      imageId: "i",
      again: false,
      destinations: [
        {
          accountId: "a",
          name: "golden",
          region: "fra1",
          moreRegions: [],
          stagingId: null,
          sourceUrl: null,
          format: null,
          override: false,
        },
        {
          accountId: "b",
          name: "golden",
          moreRegions: [],
          stagingId: "s2",
          sourceUrl: null,
          format: null,
          override: false,
        },
      ],
    });
  });

  it("takes a file that lies somewhere already, and its own region only once", () => {
    const chosen = [
      choose("a", { staging: "url", sourceUrl: " https://x.example/i ", moreRegions: ["fra1", "ams3"] }),
    ];
    expect(publishInput("i", chosen, true)?.destinations[0]).toMatchObject({
      sourceUrl: "https://x.example/i",
      stagingId: null,
      moreRegions: ["ams3"],
    });
  });

  it.each([[[]], [[choose("a", { name: " " })]], [[choose("a", { staging: "url", sourceUrl: "x" })]]])(
    "asks nothing before the form is complete (%#)",
    (chosen) => expect(publishInput("i", chosen, false)).toBeNull(),
  );
});

describe("heldBack", () => {
  it("lets go what nothing stands against", () => {
    expect(heldBack([choose("a")], plans(plan("a")), false)).toBeNull();
    expect(
      heldBack([choose("a", { override: true })], plans(plan("a", { level: "error" })), false),
    ).toBeNull();
    expect(heldBack([choose("a")], plans(plan("a", { same: ["a/1"] })), true)).toBeNull();
  });

  it.each([
    [[], plans(), "Choose an account first"],
    [[choose("a", { name: "" })], plans(plan("a")), "A: a name is needed"],
    [[choose("a"), choose("b")], plans(plan("a")), "Wait for the plan"],
    [
      [choose("a")],
      plans(plan("a", { level: "error" })),
      "A: the check found errors; fix them or override them",
    ],
    [[choose("a")], plans(plan("a", { same: ["a/1"] })), "A: the same content is there already"],
    [
      [choose("a"), choose("b")],
      plans(
        plan("a", { notes: [{ blocks: false, text: "Tight", fix: "" }] }),
        plan("b", { notes: [{ blocks: true, text: "The quota is used up", fix: "Delete one" }] }),
      ),
      "B: The quota is used up",
    ],
  ] as const)("says what holds it back (%#)", (chosen, planned, words) => {
    expect(heldBack(chosen, planned, false)).toBe(words);
  });
});
