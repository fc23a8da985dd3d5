import { useState, type FormEvent } from "react";
import { Button } from "#renderer/components/button.tsx";
import { Dialog } from "#renderer/components/dialog.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { TextField } from "#renderer/components/field.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { emptyShape, shapeOf, type ShapeDraft } from "./shape-draft.ts";

interface AddShapeDialogProps {
  remoteImageId: string;
  onAdded: () => void;
  onClose: () => void;
}

const limits = [
  ["ocpusMin", "OCPUs, at least"],
  ["ocpusMax", "OCPUs, at most"],
  ["memoryMin", "Memory in GB, at least"],
  ["memoryMax", "Memory in GB, at most"],
] as const satisfies readonly (readonly [keyof ShapeDraft, string])[];

export function AddShapeDialog({ remoteImageId, onAdded, onClose }: AddShapeDialogProps) {
  const [draft, setDraft] = useState(emptyShape);
  const add = useCall("remote.setShape", "inline");
  const shape = shapeOf(draft);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (typeof shape === "string") return;
    if ((await add.run({ remoteImageId, ...shape })) === null) return;
    onAdded();
    onClose();
  };
  return (
    <Dialog
      title="Offer the image for a shape"
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            form="add-shape"
            busy={add.pending}
            unavailable={typeof shape === "string" ? shape : null}
          >
            Add shape
          </Button>
        </>
      }
    >
      <form id="add-shape" className="form" noValidate onSubmit={(event) => void submit(event)}>
        <TextField
          label="Shape"
          hint="As the provider names it. One that is there gets new limits."
          placeholder="VM.Standard.A1.Flex"
          value={draft.shape}
          onValue={(word) => setDraft((before) => ({ ...before, shape: word }))}
        />
        <div className="field-row">
          {limits.map(([name, label]) => (
            <TextField
              key={name}
              label={label}
              inputMode="decimal"
              placeholder="no limit"
              value={draft[name]}
              onValue={(text) => setDraft((before) => ({ ...before, [name]: text }))}
            />
          ))}
        </div>
        {add.error !== null && <ErrorNotice error={add.error} />}
      </form>
    </Dialog>
  );
}
