import type { Compartment } from "#contract/remote-special.ts";
import { cleanText } from "#providers/http/clean-text.ts";
import type { OciAccount } from "./account.ts";
import { AnythingSchema, CompartmentsSchema } from "./api.ts";
import { imagePath } from "./image-path.ts";
import { allPages } from "./pages.ts";

/** All compartments of the tenancy that this user may see, by name; the root compartment first. */
export async function listCompartments(
  { identity, tenancyId }: OciAccount,
  signal: AbortSignal,
): Promise<Compartment[]> {
  const query = { compartmentId: tenancyId, compartmentIdInSubtree: "true", accessLevel: "ACCESSIBLE" };
  const all = await allPages(identity, { path: "/compartments", query, reply: CompartmentsSchema, signal });
  const found = all
    .filter(({ lifecycleState }) => (lifecycleState ?? "ACTIVE") === "ACTIVE")
    .map(({ id, name, description }) => ({
      id,
      name: cleanText(name),
      description: cleanText(description ?? ""),
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
  return [{ id: tenancyId, name: "root", description: "The tenancy itself" }, ...found];
}

/** Moves an image to another compartment; afterwards it is no longer among this account's images. */
export async function changeCompartment(
  { compute }: OciAccount,
  imageId: string,
  compartmentId: string,
  signal: AbortSignal,
): Promise<void> {
  const path = `${imagePath(imageId)}/actions/changeCompartment`;
  await compute({ method: "POST", path, body: { compartmentId }, reply: AnythingSchema, signal });
}
