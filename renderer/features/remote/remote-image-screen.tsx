import { useState } from "react";
import type { AccountView } from "#contract/account.ts";
import type { ProviderInfo } from "#contract/provider-info.ts";
import type { RemoteImage } from "#contract/remote-image.ts";
import { Badge } from "#renderer/components/badge.tsx";
import { Banner } from "#renderer/components/banner.tsx";
import { Button, IconButton } from "#renderer/components/button.tsx";
import { Copyable } from "#renderer/components/copyable.tsx";
import { FactsList } from "#renderer/components/facts-list.tsx";
import { Icon } from "#renderer/components/icon.tsx";
import { ProgressBar } from "#renderer/components/progress-bar.tsx";
import { ScreenHeader } from "#renderer/components/screen-header.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { formatBytes } from "#renderer/lib/format-bytes.ts";
import { formatMoment } from "#renderer/lib/format-time.ts";
import { useEntry } from "#renderer/mirror/use-mirror.ts";
import { go } from "#renderer/view-state/view-state.ts";
import { DeleteRemoteDialog } from "./delete-remote-dialog.tsx";
import { ExportDialog } from "./export-dialog.tsx";
import { LaunchDialog } from "./launch-dialog.tsx";
import { MoveDialog } from "./move-dialog.tsx";
import { remoteControls } from "./remote-controls.ts";
import { RemoteHistory } from "./remote-history.tsx";
import { importShare, RemoteState } from "./remote-state.tsx";
import { RenameDialog } from "./rename-dialog.tsx";
import { ShapesPart } from "./shapes-part.tsx";
import { TransferDialog } from "./transfer-dialog.tsx";
import "./remote-image-screen.css";

type Asking = "rename" | "transfer" | "export" | "move" | "launch" | "delete" | null;

/** One image at a provider: how it stands, how it came there, what can be done with it. */
export function RemoteImageScreen({ remoteImageId }: { remoteImageId: string }) {
  const image = useEntry("remoteImages", remoteImageId);
  const account = useEntry("accounts", image?.accountId ?? "");
  const provider = useEntry("providers", account?.provider ?? "");
  const refresh = useCall("accounts.refresh");
  const [asking, setAsking] = useState<Asking>(null);
  if (image === undefined || account === undefined || provider === undefined) {
    return (
      <p className="screen-empty">
        This image is not in the account any more.{" "}
        <button type="button" className="link-button" onClick={() => go({ screen: "remote" })}>
          All remote images
        </button>
      </p>
    );
  }
  const controls = remoteControls(image, provider);
  const { capabilities } = provider;
  const close = () => setAsking(null);
  const share = importShare(image);
  return (
    <>
      <ScreenHeader
        mark={<Icon name="cloud" />}
        title={image.name}
        badge={account.practice && <Badge tone="accent">Practice</Badge>}
        meta={
          <>
            <RemoteState image={image} />
            <button
              type="button"
              className="link-button"
              onClick={() => go({ screen: "account", id: account.id })}
            >
              {account.name}
            </button>
            <span>{image.regions.length === 0 ? "no region told" : image.regions.join(", ")}</span>
            <span>seen {formatMoment(image.seenAt)}</span>
          </>
        }
        actions={
          <>
            <IconButton
              icon="refresh"
              label="Refresh"
              busy={refresh.pending}
              onClick={() => void refresh.run({ accountId: account.id })}
            />
            <Button unavailable={controls.rename} onClick={() => setAsking("rename")}>
              Rename…
            </Button>
            <Button unavailable={controls.transfer} onClick={() => setAsking("transfer")}>
              More regions…
            </Button>
            {capabilities.exportImage && (
              <Button unavailable={controls.exportImage} onClick={() => setAsking("export")}>
                Export…
              </Button>
            )}
            {capabilities.compartments && (
              <Button unavailable={controls.move} onClick={() => setAsking("move")}>
                Move…
              </Button>
            )}
            <Button
              look="primary"
              icon="play"
              unavailable={controls.launch}
              onClick={() => setAsking("launch")}
            >
              Launch…
            </Button>
            <IconButton
              icon="trash"
              label="Delete"
              unavailable={controls.remove}
              onClick={() => setAsking("delete")}
            />
          </>
        }
      />
      {image.state === "error" && (
        <Banner level="error" title={image.errorMessage ?? "The provider gave no reason."}>
          {image.publishedFrom === null ? "" : "The publish that made it tells what to do."}
        </Banner>
      )}
      <div className="screen-body remote-image">
        {image.state === "creating" && (
          <div className="remote-image-import">
            <ProgressBar fraction={share === null ? null : share / 100} label="Import" />
            <p className="soft">The provider is importing the image{importWords(image)}.</p>
          </div>
        )}
        <RemoteFacts image={image} account={account} provider={provider} />
        <RemoteHistory image={image} />
        {capabilities.shapes && image.state === "available" && (
          <ShapesPart key={image.id} remoteImageId={image.id} />
        )}
      </div>
      {asking === "rename" && <RenameDialog image={image} onClose={close} />}
      {asking === "transfer" && <TransferDialog image={image} provider={provider} onClose={close} />}
      {asking === "export" && <ExportDialog image={image} account={account} onClose={close} />}
      {asking === "move" && <MoveDialog image={image} account={account} onClose={close} />}
      {asking === "launch" && <LaunchDialog image={image} account={account} onClose={close} />}
      {asking === "delete" && <DeleteRemoteDialog image={image} account={account} onClose={close} />}
    </>
  );
}

function importWords({ progress }: RemoteImage): string {
  if (progress === null) return "";
  return progress.unit === "bytes"
    ? `: ${formatBytes(progress.done)} of ${formatBytes(progress.total)}`
    : `: ${Math.floor(progress.done)} %`;
}

interface RemoteFactsProps {
  image: RemoteImage;
  account: AccountView;
  provider: ProviderInfo;
}

function RemoteFacts({ image, account, provider }: RemoteFactsProps) {
  const { publishedFrom } = image;
  const source = useEntry("images", publishedFrom?.imageId ?? "");
  const job = useEntry("jobs", publishedFrom?.jobId ?? "");
  return (
    <FactsList
      title="At the provider"
      facts={[
        { name: "Provider", value: account.practice ? `${provider.name} (practice)` : provider.name },
        { name: "Image id", value: <Copyable text={image.providerImageId} what="the image id" /> },
        image.description === null || image.description === ""
          ? null
          : { name: "Description", value: image.description },
        image.sizeBytes === null ? null : { name: "Size", value: formatBytes(image.sizeBytes) },
        image.createdAt === null ? null : { name: "Created", value: formatMoment(image.createdAt) },
        image.source === null ? null : { name: "Source", value: image.source },
        publishedFrom === null
          ? { name: "Published by", value: "not by this Goldsmith" }
          : {
              name: "Published from",
              value: (
                <>
                  {source === undefined ? (
                    "an image that is no longer in the library"
                  ) : (
                    <button
                      type="button"
                      className="link-button"
                      onClick={() => go({ screen: "image", id: source.id })}
                    >
                      {source.name}
                    </button>
                  )}
                  {job !== undefined && (
                    <>
                      {" · "}
                      <button
                        type="button"
                        className="link-button"
                        onClick={() => go({ screen: "job", id: job.id })}
                      >
                        the publish
                      </button>
                    </>
                  )}
                </>
              ),
            },
        publishedFrom === null
          ? null
          : { name: "SHA-256", value: <Copyable text={publishedFrom.sha256} what="the SHA-256" /> },
      ]}
    />
  );
}
