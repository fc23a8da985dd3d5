import type { CompatibleShape } from "#contract/remote-special.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { OciAccount } from "./account.ts";
import { AnythingSchema, ShapeCompatibilitiesSchema } from "./api.ts";
import { imagePath } from "./image-path.ts";
import { allPages } from "./pages.ts";

export async function listShapes(
  { compute }: OciAccount,
  imageId: string,
  signal: AbortSignal,
): Promise<CompatibleShape[]> {
  const path = `${imagePath(imageId)}/shapes`;
  const entries = await allPages(compute, { path, reply: ShapeCompatibilitiesSchema, signal });
  return entries.map(({ shape, ocpuConstraints, memoryConstraints }) => ({
    shape,
    ocpus: ocpuConstraints ? { min: ocpuConstraints.min ?? null, max: ocpuConstraints.max ?? null } : null,
    memoryGB: memoryConstraints
      ? { min: memoryConstraints.minInGBs ?? null, max: memoryConstraints.maxInGBs ?? null }
      : null,
  }));
}

/** Adds a shape or changes its limits. */
export async function putShape(
  { compute }: OciAccount,
  imageId: string,
  { shape, ocpus, memoryGB }: CompatibleShape,
  signal: AbortSignal,
): Promise<void> {
  const body = {
    ...(ocpus === null ? {} : { ocpuConstraints: withoutNulls({ min: ocpus.min, max: ocpus.max }) }),
    ...(memoryGB === null
      ? {}
      : { memoryConstraints: withoutNulls({ minInGBs: memoryGB.min, maxInGBs: memoryGB.max }) }),
  };
  const path = shapePath(imageId, shape);
  await compute({ method: "PUT", path, body, reply: AnythingSchema, signal });
}

/** Resolves also when the image is not offered for the shape anyway. */
export async function removeShape(
  { compute }: OciAccount,
  imageId: string,
  shape: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await compute({ method: "DELETE", path: shapePath(imageId, shape), reply: AnythingSchema, signal });
  } catch (error) {
    if (AppError.from(error).code !== "not-found") throw error;
  }
}

const shapePath = (imageId: string, shape: string): string =>
  `${imagePath(imageId)}/shapes/${encodeURIComponent(shape)}`;

const withoutNulls = (values: Record<string, number | null>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== null));
