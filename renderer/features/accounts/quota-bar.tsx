import type { Quota } from "#contract/account.ts";
import { formatBytes } from "#renderer/lib/format-bytes.ts";

/** What is used, to scale; the meter changes its colour when it gets tight. */
export function QuotaBar({ quota }: { quota: Quota }) {
  const { usedBytes, totalBytes, freeBytes, images } = quota;
  return (
    <div className="quota">
      <div className="quota-line">
        <span>{quotaWords(quota)}</span>
        <span className="faint">
          {freeBytes !== null && `${formatBytes(freeBytes)} free`}
          {images !== null && ` · ${images === 1 ? "1 image" : `${images} images`}`}
        </span>
      </div>
      {totalBytes !== null && totalBytes > 0 && (
        <meter
          className="quota-meter"
          aria-label="Storage used"
          min={0}
          max={totalBytes}
          low={totalBytes * 0.75}
          high={totalBytes * 0.95}
          optimum={0}
          value={usedBytes ?? totalBytes - (freeBytes ?? totalBytes)}
        />
      )}
    </div>
  );
}

/** `17.3 GiB of 25.0 GiB used`, as far as the provider tells. */
export function quotaWords({ usedBytes, totalBytes, freeBytes }: Quota): string {
  if (usedBytes !== null && totalBytes !== null) {
    return `${formatBytes(usedBytes)} of ${formatBytes(totalBytes)} used`;
  }
  if (usedBytes !== null) return `${formatBytes(usedBytes)} used`;
  if (freeBytes !== null) return `${formatBytes(freeBytes)} free`;
  return totalBytes === null ? "No size is told" : `${formatBytes(totalBytes)} in all`;
}
