import { ConnectDialog } from "#renderer/features/accounts/connect-dialog.tsx";
import { CheckImageDialog } from "#renderer/features/check/check-image-dialog.tsx";
import { CommandPalette } from "#renderer/features/command-palette/command-palette.tsx";
import { CreateMachineDialog } from "#renderer/features/create-machine/create-machine-dialog.tsx";
import { ImportDiskDialog } from "#renderer/features/import-disk/import-disk-dialog.tsx";
import { PublishDialog } from "#renderer/features/publish/publish-dialog.tsx";
import { ConnectStagingDialog } from "#renderer/features/staging/connect-staging-dialog.tsx";
import { useEntry } from "#renderer/mirror/use-mirror.ts";
import { closeDialog, go, useView } from "#renderer/view-state/view-state.ts";
import { ShortcutsDialog } from "./shortcuts-dialog.tsx";

/** The one dialog that is open, if any. */
export function OpenDialogs() {
  const dialog = useView((view) => view.dialog);
  switch (dialog?.kind) {
    case undefined:
      return null;
    case "create-machine":
      return <CreateMachineDialog key={dialog.isoPath} isoPath={dialog.isoPath} />;
    case "import-disk":
      return <ImportDiskDialog key={dialog.path} path={dialog.path} />;
    case "check-image":
      return <CheckImageDialog />;
    case "publish":
      return <PublishOf key={dialog.imageId} imageId={dialog.imageId} />;
    case "connect-account":
      return (
        <ConnectDialog
          onClose={closeDialog}
          onConnected={(id) => {
            closeDialog();
            go({ screen: "account", id });
          }}
        />
      );
    case "connect-staging":
      return (
        <ConnectStagingDialog
          onClose={closeDialog}
          onConnected={(id) => {
            closeDialog();
            go({ screen: "staging", id });
          }}
        />
      );
    case "palette":
      return <CommandPalette />;
    case "shortcuts":
      return <ShortcutsDialog />;
  }
}

function PublishOf({ imageId }: { imageId: string }) {
  const image = useEntry("images", imageId);
  return image === undefined ? null : <PublishDialog image={image} />;
}
