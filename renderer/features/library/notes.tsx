import { Badge } from "#renderer/components/badge.tsx";
import "./notes.css";

/** What a person has written about a machine or an image; nothing when nothing was. */
export function Notes({ notes, tags }: { notes: string; tags: readonly string[] }) {
  if (notes === "" && tags.length === 0) return null;
  return (
    <section className="notes">
      {tags.length > 0 && (
        <div className="notes-tags">
          {tags.map((tag) => (
            <Badge key={tag}>{tag}</Badge>
          ))}
        </div>
      )}
      {notes !== "" && <p>{notes}</p>}
    </section>
  );
}
