import { useState } from "react";
import { TextField } from "#renderer/components/field.tsx";
import { FormDialog } from "#renderer/components/form-dialog.tsx";
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
  const submit = async () => {
    if (typeof shape === "string") return;
    if ((await add.run({ remoteImageId, ...shape })) === null) return;
    onAdded();
    onClose();
  };
  return (
    <FormDialog
      title="Offer the image for a shape"
      size="small"
      onClose={onClose}
      confirm="Add shape"
      busy={add.pending}
      heldBack={typeof shape === "string" ? shape : null}
      error={add.error}
      onSubmit={submit}
    >
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
    </FormDialog>
  );
}
