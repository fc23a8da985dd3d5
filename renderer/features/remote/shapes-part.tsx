import { useEffect, useState } from "react";
import type { CompatibleShape } from "#contract/remote-special.ts";
import { Button, IconButton } from "#renderer/components/button.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { AddShapeDialog } from "./add-shape-dialog.tsx";
import { limitWords } from "./shape-draft.ts";
import "./shapes-part.css";

/** The shapes that an image may be launched with, asked anew after every change. */
export function ShapesPart({ remoteImageId }: { remoteImageId: string }) {
  const ask = useCall("remote.shapes", "inline");
  const remove = useCall("remote.removeShape");
  const [shapes, setShapes] = useState<readonly CompatibleShape[] | null>(null);
  const [changes, setChanges] = useState(0);
  const [adding, setAdding] = useState(false);
  const { run } = ask;
  const changed = () => setChanges((before) => before + 1);
  useEffect(() => {
    void run({ remoteImageId }).then((found) => {
      if (found !== null) setShapes(found);
    });
  }, [run, remoteImageId, changes]);
  return (
    <section className="shapes">
      <div className="shapes-head">
        <h3 className="section-title">Shapes it may be launched with</h3>
        <Button
          icon="plus"
          unavailable={shapes === null ? "Asking first" : null}
          onClick={() => setAdding(true)}
        >
          Add shape…
        </Button>
      </div>
      {ask.error !== null && <ErrorNotice error={ask.error} />}
      {shapes === null
        ? ask.error === null && <p className="soft">Asking for shapes…</p>
        : shapes.length === 0 && <p className="soft">The provider names none.</p>}
      <ul className="shapes-list">
        {shapes?.map(({ shape, ocpus, memoryGB }) => (
          <li key={shape}>
            <span className="mono">{shape}</span>
            <span className="soft">
              {[limitWords(ocpus, "OCPU"), limitWords(memoryGB, "GB")].filter(Boolean).join(", ")}
            </span>
            <IconButton
              icon="trash"
              label={`Remove ${shape}`}
              unavailable={remove.pending ? "One at a time" : null}
              onClick={() => {
                void remove.run({ remoteImageId, shape }).then((done) => {
                  if (done !== null) changed();
                });
              }}
            />
          </li>
        ))}
      </ul>
      {adding && (
        <AddShapeDialog remoteImageId={remoteImageId} onAdded={changed} onClose={() => setAdding(false)} />
      )}
    </section>
  );
}
