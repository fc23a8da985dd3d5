import type { RemoteImage } from "#contract/remote-image.ts";
import { AppError } from "#core/lib/app-error.ts";

/** The images of an account that Goldsmith made of this very content and that work or may yet. */
export const sameContent = (
  images: readonly RemoteImage[],
  accountId: string,
  sha256: string,
): RemoteImage[] =>
  images.filter(
    (image) =>
      image.accountId === accountId &&
      image.publishedFrom?.sha256 === sha256 &&
      (image.state === "available" || image.state === "creating"),
  );

/** Throws `already-exists` when the account has an image of this content. */
export function assertNew(images: readonly RemoteImage[], accountId: string, sha256: string): void {
  const [first, ...more] = sameContent(images, accountId, sha256);
  if (first === undefined) return;
  throw new AppError("already-exists", `The account has this content already, as ${first.name}`, {
    hint: "Use that image, or publish the same content again on purpose.",
    details: { remoteImageIds: [first, ...more].map(({ id }) => id) },
  });
}
