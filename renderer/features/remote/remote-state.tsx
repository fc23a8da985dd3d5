import type { RemoteImage, RemoteState as State } from "#contract/remote-image.ts";
import { Badge, type Tone } from "#renderer/components/badge.tsx";

export const remoteStateWords: Record<State, string> = {
  creating: "Creating",
  available: "Available",
  error: "Error",
  deleting: "Deleting",
  unknown: "Unknown",
};
const tones: Record<State, Tone> = {
  creating: "accent",
  available: "good",
  error: "bad",
  deleting: "neutral",
  unknown: "doubt",
};

type Shown = Pick<RemoteImage, "state" | "providerStatus" | "progress">;

/** Our word for the state, and the provider's own beside it. */
export function RemoteState({ image }: { image: Shown }) {
  const share = importShare(image);
  const own = image.providerStatus.toLowerCase() === image.state ? "" : image.providerStatus;
  return (
    <span className="remote-state">
      <Badge tone={tones[image.state]}>{remoteStateWords[image.state]}</Badge>
      {own !== "" && (
        <span className="faint truncate" title={`The provider's own word: ${image.providerStatus}`}>
          {own}
        </span>
      )}
      {share !== null && <span className="remote-share faint">{share} %</span>}
    </span>
  );
}

/** How far an import is, in percent; null where the provider does not tell. */
export function importShare({ state, progress }: Pick<RemoteImage, "state" | "progress">): number | null {
  if (state !== "creating" || progress === null || progress.total <= 0) return null;
  return Math.floor(Math.min(1, progress.done / progress.total) * 100);
}
