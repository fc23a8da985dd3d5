import type { PublishResult } from "#contract/publish.ts";
import { Button } from "#renderer/components/button.tsx";
import { copyText } from "#renderer/components/copy-text.ts";
import "./hand-off.css";

/** The text for the operator of a panel, who registers the file because no call of ours can. */
export function HandOff({ handOff }: { handOff: NonNullable<PublishResult["handOff"]> }) {
  return (
    <section className="hand-off" aria-label="Hand-off to the operator">
      <div className="hand-off-line">
        <h3 className="section-title">For the operator</h3>
        <Button icon="copy" onClick={() => void copyText(handOff.text, "the hand-off")}>
          Copy
        </Button>
      </div>
      <p className="soft">
        The file lies on their storage. They register it in the panel; this text says all they need.
      </p>
      <pre className="hand-off-text">{handOff.text}</pre>
    </section>
  );
}
