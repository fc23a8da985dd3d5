import { useState } from "react";
import { Badge } from "#renderer/components/badge.tsx";
import { Button, IconButton } from "#renderer/components/button.tsx";
import { ConfirmDialog } from "#renderer/components/confirm-dialog.tsx";
import { Icon } from "#renderer/components/icon.tsx";
import { ScreenHeader } from "#renderer/components/screen-header.tsx";
import { Tabs } from "#renderer/components/tabs.tsx";
import { CheckPanel } from "#renderer/features/check/check-panel.tsx";
import { useRunCheck } from "#renderer/features/check/use-check.ts";
import { useCall } from "#renderer/host/use-call.ts";
import { formatBytes, formatWholeBytes } from "#renderer/lib/format-bytes.ts";
import { formatMoment } from "#renderer/lib/format-time.ts";
import { useEntry } from "#renderer/mirror/use-mirror.ts";
import { go, openDialog } from "#renderer/view-state/view-state.ts";
import { ImageMenu } from "./image-menu.tsx";
import { ImageOverview } from "./image-overview.tsx";

type ImageTab = "overview" | "check";

export function ImageScreen({ imageId }: { imageId: string }) {
  const image = useEntry("images", imageId);
  const remove = useCall("images.delete");
  const runCheck = useRunCheck();
  const [tab, setTab] = useState<ImageTab>("overview");
  const [asking, setAsking] = useState(false);
  if (image === undefined) return <p className="screen-empty">This image is no longer in the library.</p>;
  const subject = { kind: "image", imageId } as const;

  return (
    <>
      <ScreenHeader
        mark={<Icon name="image" />}
        title={image.name}
        badge={<Badge>{image.format}</Badge>}
        meta={
          <>
            <span>{formatBytes(image.fileBytes)} file</span>
            <span>{formatWholeBytes(image.virtualBytes)} disk</span>
            <span>made {formatMoment(image.createdAt)}</span>
          </>
        }
        actions={
          <>
            <Button
              icon="check"
              onClick={() => {
                setTab("check");
                void runCheck(subject);
              }}
            >
              Check
            </Button>
            <Button look="primary" icon="upload" onClick={() => openDialog({ kind: "publish", imageId })}>
              Publish…
            </Button>
            <ImageMenu image={image} />
            <IconButton icon="trash" label="Delete" busy={remove.pending} onClick={() => setAsking(true)} />
          </>
        }
      />
      <Tabs
        label="Image"
        tabs={[
          { value: "overview", label: "Overview" },
          { value: "check", label: "Check" },
        ]}
        value={tab}
        onValue={setTab}
        panel={(value) =>
          value === "overview" ? (
            <ImageOverview image={image} />
          ) : (
            <CheckPanel
              key={imageId}
              subject={subject}
              empty="Not checked yet. A check reads the image without booting it and tells, for every provider, what would happen and why."
            />
          )
        }
      />
      {asking && (
        <ConfirmDialog
          title={`Delete “${image.name}”?`}
          confirm="Delete"
          onConfirm={() => {
            void remove.run({ imageId }).then((done) => {
              if (done !== null) go({ screen: "home" });
            });
          }}
          onClose={() => setAsking(false)}
        >
          The file of {formatBytes(image.fileBytes)} leaves the library. What was published from it stays
          where it is.
        </ConfirmDialog>
      )}
    </>
  );
}
