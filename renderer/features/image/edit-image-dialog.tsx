import { useState, type FormEvent } from "react";
import type { ImageView } from "#contract/image.ts";
import { Button } from "#renderer/components/button.tsx";
import { Dialog } from "#renderer/components/dialog.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { TextField } from "#renderer/components/field.tsx";
import { NotesField } from "#renderer/features/library/notes-field.tsx";
import { parseTags } from "#renderer/features/library/tags.ts";
import { useCall } from "#renderer/host/use-call.ts";

/** What an image is called and what is said of it. */
export function EditImageDialog({ image, onClose }: { image: ImageView; onClose: () => void }) {
  const [name, setName] = useState(image.name);
  const [notes, setNotes] = useState(image.notes);
  const [tags, setTags] = useState(image.tags.join(", "));
  const change = useCall("images.change", "inline");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === "") return;
    const done = await change.run({ imageId: image.id, name: name.trim(), notes, tags: parseTags(tags) });
    if (done !== null) onClose();
  };
  return (
    <Dialog
      title="Name, notes and tags"
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            form="edit-image"
            busy={change.pending}
            unavailable={name.trim() === "" ? "A name is needed" : null}
          >
            Save
          </Button>
        </>
      }
    >
      <form id="edit-image" className="form" noValidate onSubmit={(event) => void submit(event)}>
        <TextField label="Name" value={name} maxLength={80} onValue={setName} />
        <NotesField value={notes} onValue={setNotes} />
        <TextField label="Tags" hint="Words with commas between" value={tags} onValue={setTags} />
        {change.error !== null && <ErrorNotice error={change.error} />}
      </form>
    </Dialog>
  );
}
