import type { ImageView } from "#contract/image.ts";
import { Copyable } from "#renderer/components/copyable.tsx";
import { Notes } from "#renderer/features/library/notes.tsx";
import { FactsList } from "#renderer/components/facts-list.tsx";
import { LevelMark } from "#renderer/components/level-mark.tsx";
import { JobMark } from "#renderer/features/jobs/job-mark.tsx";
import { statusWords } from "#renderer/features/jobs/job-progress.ts";
import { formatDuration } from "#renderer/lib/format-duration.ts";
import { formatAgo, formatMoment } from "#renderer/lib/format-time.ts";
import { newestFirst, useEntries, useEntry } from "#renderer/mirror/use-mirror.ts";
import { useNow } from "#renderer/view-state/use-now.ts";
import { go } from "#renderer/view-state/view-state.ts";
import { SizeChange } from "./size-change.tsx";
import "./image-overview.css";

export function ImageOverview({ image }: { image: ImageView }) {
  const { origin, proof, sha256 } = image;
  const machine = useEntry("machines", origin.machineId ?? "");
  return (
    <div className="screen-body image-overview">
      <Notes notes={image.notes} tags={image.tags} />
      <section>
        <h3 className="section-title">Size</h3>
        <SizeChange image={image} />
      </section>
      <section>
        <h3 className="section-title">Proof</h3>
        {proof === null ? (
          <p className="image-proof soft">
            <LevelMark level="unknown" /> Its equality with the source was not proved.
          </p>
        ) : (
          <div className="image-proof selectable">
            <LevelMark level="pass" />
            <div>
              <strong>Equal to its source</strong>
              <p className="soft">
                {proof.method}, in {formatDuration(proof.elapsedMs)} on {formatMoment(proof.checkedAt)}
              </p>
            </div>
          </div>
        )}
      </section>
      <FactsList
        title="File"
        facts={[
          sha256 === null ? null : { name: "SHA-256", value: <Copyable text={sha256} what="the SHA-256" /> },
          { name: "Path", value: <Copyable text={image.path} what="the path" /> },
          {
            name: "Made from",
            value:
              machine === undefined ? (
                <Copyable text={origin.sourcePath} what="the source's path" />
              ) : (
                <button
                  type="button"
                  className="link-button"
                  onClick={() => go({ screen: "machine", id: machine.id, tab: "console" })}
                >
                  {machine.name}
                </button>
              ),
          },
        ]}
      />
      <PublishHistory imageId={image.id} />
    </div>
  );
}

function PublishHistory({ imageId }: { imageId: string }) {
  const nowMs = useNow(30_000);
  const jobs = useEntries(
    "jobs",
    newestFirst,
    (job) => job.kind === "publish" && job.subject.imageId === imageId,
  );
  return (
    <section>
      <h3 className="section-title">Published</h3>
      {jobs.length === 0 ? (
        <p className="soft">Not yet.</p>
      ) : (
        <ul aria-label="Publications">
          {jobs.map((job) => (
            <li key={job.id} className="image-publication">
              <JobMark status={job.status} />
              <button
                type="button"
                className="link-button truncate"
                onClick={() => go({ screen: "job", id: job.id })}
              >
                {job.title}
              </button>
              <span className="faint">
                {statusWords[job.status]} · {formatAgo(job.createdAt, nowMs)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
