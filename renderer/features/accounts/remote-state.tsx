import type { RemoteImage } from "#contract/remote-image.ts";
import { Badge, type Tone } from "#renderer/components/badge.tsx";

const words: Record<RemoteImage["state"], string> = {
  creating: "Creating",
  available: "Available",
  error: "Error",
  deleting: "Deleting",
  unknown: "Unknown",
};
const tones: Record<RemoteImage["state"], Tone> = {
  creating: "accent",
  available: "good",
  error: "bad",
  deleting: "neutral",
  unknown: "doubt",
};

/** Our word for the state, and the provider's own beside it. */
export function RemoteState({ image }: { image: RemoteImage }) {
  return (
    <span className="remote-state">
      <Badge tone={tones[image.state]}>{words[image.state]}</Badge>
      <span className="faint" title="The provider's own word">
        {image.providerStatus}
      </span>
    </span>
  );
}
