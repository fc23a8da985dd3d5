import type { RemoteImage } from "#contract/remote-image.ts";
import { Copyable } from "#renderer/components/copyable.tsx";
import { formatBytes } from "#renderer/lib/format-bytes.ts";
import { formatAgo, formatMoment } from "#renderer/lib/format-time.ts";
import { useNow } from "#renderer/view-state/use-now.ts";
import { RemoteState } from "./remote-state.tsx";
import "./remote-image-list.css";

/** Images as they stand in an account, told by the provider. */
export function RemoteImageList({ images }: { images: readonly RemoteImage[] }) {
  const nowMs = useNow(30_000);
  return (
    <ul className="remote-images" aria-label="Remote images">
      {images.map((image) => (
        <li key={image.id} className="remote-image selectable">
          <div className="remote-image-line">
            <strong className="truncate">{image.name}</strong>
            <RemoteState image={image} />
          </div>
          <div className="remote-image-facts soft">
            <Copyable text={image.providerImageId} what="the image id" />
            <span>{image.regions.length === 0 ? "no region yet" : image.regions.join(", ")}</span>
            {image.sizeBytes !== null && <span>{formatBytes(image.sizeBytes)}</span>}
            {image.createdAt !== null && (
              <span title={formatMoment(image.createdAt)}>{formatAgo(image.createdAt, nowMs)}</span>
            )}
          </div>
          {image.errorMessage !== null && image.errorMessage !== "" && (
            <p className="remote-image-error">{image.errorMessage}</p>
          )}
        </li>
      ))}
    </ul>
  );
}
