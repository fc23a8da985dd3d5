/** Sizes and regions of the practice account: a few of the service's, with prices of the document's examples. */
const regionNames: Readonly<Record<string, string>> = {
  nyc3: "New York 3",
  sfo3: "San Francisco 3",
  ams3: "Amsterdam 3",
  fra1: "Frankfurt 1",
  lon1: "London 1",
  sgp1: "Singapore 1",
};
const slugs = Object.keys(regionNames);

const size = (memoryGib: number, vcpus: number, disk: number, priceMonthly: number) => ({
  slug: `s-${vcpus}vcpu-${memoryGib}gb`,
  memory: memoryGib * 1024,
  vcpus,
  disk,
  transfer: memoryGib,
  price_monthly: priceMonthly,
  price_hourly: Math.round((priceMonthly / 672) * 100_000) / 100_000,
  regions: slugs,
  available: true,
  description: "Basic",
});
export type WireSize = ReturnType<typeof size>;

const smallest = size(1, 1, 25, 6);
export const sizes: readonly WireSize[] = [smallest, size(2, 1, 50, 12), size(4, 2, 80, 24)];

export const knowsSize = (slug: string): boolean => sizes.some((each) => each.slug === slug);
export const sizeOf = (slug: string): WireSize => sizes.find((each) => each.slug === slug) ?? smallest;

export const regionOf = (slug: string): object => ({
  name: regionNames[slug] ?? slug,
  slug,
  features: ["image_transfer", "metadata"],
  available: true,
  sizes: sizes.map((each) => each.slug),
});
export const regions: readonly object[] = slugs.map(regionOf);
