import { Badge } from "#renderer/components/badge.tsx";
import "./notes.css";

/** What a person has written about a machine or an image; nothing when nothing was. */
export function Notes({ notes, tags }: { notes: string; tags: readonly string[] }) {
  if (notes === "" && tags.length === 0) return null;
  return (
    <section className="notes" aria-label="Notes and tags">
      {tags.length > 0 && (
        <ul className="notes-tags" aria-label="Tags">
          {tags.map((tag) => (
            <li key={tag}>
              <Badge>{tag}</Badge>
            </li>
          ))}
        </ul>
      )}
      {notes !== "" && <p>{notes}</p>}
    </section>
  );
}
