import { useState } from "react";
import type { ImageView } from "#contract/image.ts";
import { TextField } from "#renderer/components/field.tsx";
import { NotesField } from "#renderer/features/library/notes-field.tsx";
import { parseTags } from "#renderer/features/library/tags.ts";
import { FormDialog } from "#renderer/components/form-dialog.tsx";
import { useCall } from "#renderer/host/use-call.ts";

/** What an image is called and what is said of it. */
export function EditImageDialog({ image, onClose }: { image: ImageView; onClose: () => void }) {
  const [name, setName] = useState(image.name);
  const [notes, setNotes] = useState(image.notes);
  const [tags, setTags] = useState(image.tags.join(", "));
  const change = useCall("images.change", "inline");
  const submit = async () => {
    const done = await change.run({ imageId: image.id, name: name.trim(), notes, tags: parseTags(tags) });
    if (done !== null) onClose();
  };
  return (
    <FormDialog
      title="Name, notes and tags"
      size="small"
      onClose={onClose}
      confirm="Save"
      busy={change.pending}
      heldBack={name.trim() === "" ? "A name is needed" : null}
      error={change.error}
      onSubmit={submit}
    >
      <TextField label="Name" value={name} maxLength={80} onValue={setName} />
      <NotesField value={notes} onValue={setNotes} />
      <TextField label="Tags" hint="Words with commas between" value={tags} onValue={setTags} />
    </FormDialog>
  );
}
