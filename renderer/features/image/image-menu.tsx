import { useState } from "react";
import type { ImageView } from "#contract/image.ts";
import { MenuButton } from "#renderer/components/menu-button.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { openDialog } from "#renderer/view-state/view-state.ts";
import { EditImageDialog } from "./edit-image-dialog.tsx";

/** What is done now and then with an image. */
export function ImageMenu({ image }: { image: ImageView }) {
  const [editing, setEditing] = useState(false);
  const reveal = useCall("images.reveal");
  return (
    <>
      <MenuButton
        label="More"
        icon="more"
        items={[
          { value: "edit", title: "Name, notes and tags…", detail: "" },
          { value: "machine", title: "Make a machine from it…", detail: "the image stays as it is" },
          { value: "reveal", title: "Show in the file manager", detail: "" },
        ]}
        onChoose={(choice) => {
          if (choice === "edit") setEditing(true);
          else if (choice === "machine") openDialog({ kind: "import-disk", path: image.path });
          else void reveal.run({ imageId: image.id });
        }}
      />
      {editing && <EditImageDialog image={image} onClose={() => setEditing(false)} />}
    </>
  );
}
