import type { ImageView } from "#contract/image.ts";
import { formatBytes } from "#renderer/lib/format-bytes.ts";
import "./size-change.css";

/** The file before and after compaction, to scale. */
export function SizeChange({ image }: { image: ImageView }) {
  const { sourceBytes } = image.origin;
  const largest = Math.max(sourceBytes, image.fileBytes, 1);
  const share = sourceBytes === 0 ? 0 : Math.round((image.fileBytes / sourceBytes) * 100);
  return (
    <div className="size-change" role="group" aria-label="Size before and after">
      <Bar name="Before" sizeBytes={sourceBytes} largestBytes={largest} />
      <Bar name="After" sizeBytes={image.fileBytes} largestBytes={largest} after />
      <p className="faint">
        {share} % of the source · {formatBytes(Math.max(0, sourceBytes - image.fileBytes))} less to upload
      </p>
    </div>
  );
}

interface BarProps {
  name: string;
  sizeBytes: number;
  largestBytes: number;
  after?: boolean;
}

function Bar({ name, sizeBytes, largestBytes, after = false }: BarProps) {
  return (
    <div className="size-bar">
      <span className="soft">{name}</span>
      <meter
        className={after ? "size-meter size-meter-after" : "size-meter"}
        aria-label={name}
        min={0}
        max={largestBytes}
        value={sizeBytes}
      />
      <span>{formatBytes(sizeBytes)}</span>
    </div>
  );
}
