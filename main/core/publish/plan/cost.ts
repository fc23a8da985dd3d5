import type { ProviderInfo } from "#contract/provider-info.ts";
import type { DestinationPlan } from "#contract/publish.ts";
import type { Settings } from "#contract/settings.ts";

/** 365 days of 24 hours, a twelfth of them. */
const hoursPerMonth = 730;
/** Prices are per decimal gigabyte, as storage is sold. */
const bytesPerGb = 1e9;

/**
 * "Monthly cost = image size in GB x per-GB storage rate; hourly cost = monthly cost / hours per month" (Instance
 * Images, Hypervisor.io documentation). A price of the user's own stands before the published one; null: none is
 * known, or the size is not.
 */
export function costOf(
  provider: Pick<ProviderInfo, "id" | "price">,
  sizeBytes: number | null,
  prices: Settings["prices"],
): DestinationPlan["cost"] {
  const own = prices[provider.id];
  const price = own === undefined ? provider.price : { ...own, source: "your own price" };
  if (price === null || sizeBytes === null) return null;
  const { currency, perGbMonth, source } = price;
  const perMonth = (sizeBytes / bytesPerGb) * perGbMonth;
  const size = (sizeBytes / bytesPerGb).toFixed(2);
  return {
    currency,
    perMonth,
    perHour: perMonth / hoursPerMonth,
    basis: `${size} GB x ${perGbMonth} ${currency} per GB and month (${source}); a month is ${hoursPerMonth} hours`,
  };
}
