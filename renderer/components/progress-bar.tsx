import "./progress-bar.css";

/** `fraction` 0 to 1; null while the total is not known. */
export function ProgressBar({ fraction, label }: { fraction: number | null; label: string }) {
  return fraction === null ? (
    <progress className="progress" aria-label={label} />
  ) : (
    <progress className="progress" aria-label={label} max={1} value={Math.min(1, Math.max(0, fraction))} />
  );
}
