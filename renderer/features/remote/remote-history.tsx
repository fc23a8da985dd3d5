import type { RemoteImage } from "#contract/remote-image.ts";
import { formatMoment } from "#renderer/lib/format-time.ts";
import { RemoteState } from "./remote-state.tsx";

/** What was seen of the image, newest first. */
export function RemoteHistory({ image }: { image: RemoteImage }) {
  const events = image.history.toReversed();
  return (
    <section>
      <h3 className="section-title">History</h3>
      {events.length === 0 ? (
        <p className="soft">Nothing was seen to change yet.</p>
      ) : (
        <ol className="remote-history selectable" aria-label="History">
          {events.map((event) => (
            <li key={`${event.at} ${event.providerStatus} ${event.message}`} className="remote-event">
              <time dateTime={event.at}>{formatMoment(event.at)}</time>
              <RemoteState image={{ ...event, progress: null }} />
              {event.message !== "" && <p className="soft">{event.message}</p>}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
