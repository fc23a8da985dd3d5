import { describe, expect, it } from "vitest";
import { costOf } from "./cost.ts";

const published = {
  id: "digitalocean" as const,
  price: { currency: "USD", perGbMonth: 0.06, source: "Custom Images Pricing" },
};

describe("costOf", () => {
  it("is the size in decimal GB times the price, by the month and by the hour", () => {
    const cost = costOf(published, 5e9, {});
    expect(cost?.perMonth).toBeCloseTo(0.3, 10);
    expect(cost?.perHour).toBeCloseTo(0.3 / 730, 10);
    expect(cost?.currency).toBe("USD");
    expect(cost?.basis).toContain("5.00 GB x 0.06 USD per GB and month (Custom Images Pricing)");
  });

  it("takes a price of the user's own before the published one", () => {
    const cost = costOf(published, 1e9, { digitalocean: { currency: "EUR", perGbMonth: 0.05 } });
    expect(cost).toMatchObject({ currency: "EUR", perMonth: 0.05 });
    expect(cost?.basis).toContain("your own price");
  });

  it("is unknown where no price or no size is known", () => {
    expect(costOf({ id: "oci", price: null }, 1e9, {})).toBeNull();
    expect(costOf(published, null, {})).toBeNull();
  });
});
