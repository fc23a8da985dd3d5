import type { IsoView } from "#contract/install.ts";
import type { JobView } from "#contract/job.ts";
import { Badge } from "#renderer/components/badge.tsx";
import { Button, IconButton } from "#renderer/components/button.tsx";
import { Icon } from "#renderer/components/icon.tsx";
import { ProgressBar } from "#renderer/components/progress-bar.tsx";
import { ScreenHeader } from "#renderer/components/screen-header.tsx";
import { isActive } from "#renderer/features/jobs/job-progress.ts";
import { ChooseFileButton } from "#renderer/features/library/choose-file-button.tsx";
import { useSendFile } from "#renderer/features/files/use-send-file.ts";
import { useCall } from "#renderer/host/use-call.ts";
import { formatBytes } from "#renderer/lib/format-bytes.ts";
import { newestFirst, useEntries } from "#renderer/mirror/use-mirror.ts";
import { go, openDialog } from "#renderer/view-state/view-state.ts";
import "./isos-screen.css";

/** Installers that Goldsmith knows where to get, and the user's own. */
export function IsosScreen() {
  const isos = useEntries("isos", byOs);
  const jobs = useEntries(
    "jobs",
    newestFirst,
    ({ kind, status }) => kind === "iso-download" && isActive(status),
  );
  const { send } = useSendFile();
  const addOwn = useCall("isos.addOwn");
  const add = async (files: readonly File[]) => {
    for (const file of files) {
      const path = await send(file);
      if (path !== null) await addOwn.run({ path });
    }
  };
  const own = isos.filter((iso) => iso.own);
  return (
    <>
      <ScreenHeader
        mark={<Icon name="disc" />}
        title="Installers"
        meta={<span>Checksums come from each project’s own server when you download</span>}
        actions={
          <ChooseFileButton inputLabel="ISO to add" many onFiles={(files) => void add(files)}>
            Add your own ISO…
          </ChooseFileButton>
        }
      />
      <div className="screen-body isos">
        {own.length > 0 && (
          <section>
            <h3 className="isos-title">Your own</h3>
            <ul className="iso-list" aria-label="Your own ISOs">
              {own.map((iso) => (
                <IsoRow key={iso.id} iso={iso} job={undefined} />
              ))}
            </ul>
          </section>
        )}
        <section>
          <h3 className="isos-title">Catalogue</h3>
          <ul className="iso-list" aria-label="Catalogue of installers">
            {isos
              .filter((iso) => !iso.own)
              .map((iso) => (
                <IsoRow key={iso.id} iso={iso} job={jobs.find(({ subject }) => subject.isoId === iso.id)} />
              ))}
          </ul>
        </section>
      </div>
    </>
  );
}

const byOs = (a: IsoView, b: IsoView): number => a.title.localeCompare(b.title);

function IsoRow({ iso, job }: { iso: IsoView; job: JobView | undefined }) {
  const download = useCall("isos.download");
  const cancel = useCall("jobs.cancel");
  const remove = useCall("isos.remove");
  const loading = iso.state === "downloading" || job !== undefined;
  return (
    <li className="iso">
      <div className="iso-text">
        <div className="iso-title">
          <strong className="truncate">{iso.title}</strong>
          {iso.state === "ready" && <Badge tone="good">on this computer</Badge>}
          {iso.state === "missing" && <Badge tone="warn">not where it was</Badge>}
          {iso.state === "partial" && !loading && <Badge>partly downloaded</Badge>}
        </div>
        <div className="faint truncate">
          {[sizeText(iso), iso.answerKind === null ? null : `unattended by ${iso.answerKind}`, iso.path]
            .filter(Boolean)
            .join(" · ")}
        </div>
        {loading && (
          <ProgressBar
            fraction={
              iso.sizeBytes === null || iso.doneBytes === null
                ? null
                : iso.doneBytes / Math.max(1, iso.sizeBytes)
            }
            label={`Download of ${iso.title}`}
          />
        )}
      </div>
      {loading ? (
        <>
          {job !== undefined && (
            <Button onClick={() => go({ screen: "job", id: job.id })} aria-label={`Details of ${iso.title}`}>
              Details
            </Button>
          )}
          <Button
            unavailable={job === undefined ? "Another copy of Goldsmith downloads it" : null}
            onClick={() => job !== undefined && void cancel.run({ jobId: job.id })}
            aria-label={`Stop ${iso.title}`}
          >
            Stop
          </Button>
        </>
      ) : (
        <>
          {iso.state === "ready" && iso.path !== null ? (
            <Button
              aria-label={`New machine from ${iso.title}`}
              onClick={() => openDialog({ kind: "create-machine", isoPath: iso.path })}
            >
              New machine…
            </Button>
          ) : (
            !iso.own && (
              <Button
                icon="download"
                busy={download.pending}
                aria-label={`Download ${iso.title}`}
                onClick={() => void download.run({ isoId: iso.id })}
              >
                {iso.state === "partial" ? "Go on" : "Download"}
              </Button>
            )
          )}
          {(iso.own || iso.state === "ready" || iso.state === "partial") && (
            <IconButton
              icon={iso.own ? "close" : "trash"}
              label={iso.own ? `Forget ${iso.title}` : `Remove the download of ${iso.title}`}
              busy={remove.pending}
              onClick={() => void remove.run({ isoId: iso.id })}
            />
          )}
        </>
      )}
    </li>
  );
}

function sizeText({ sizeBytes, doneBytes, state }: IsoView): string | null {
  const whole = sizeBytes === null ? null : formatBytes(sizeBytes);
  if (doneBytes !== null && state !== "ready")
    return whole === null ? formatBytes(doneBytes) : `${formatBytes(doneBytes)} of ${whole}`;
  return whole;
}
