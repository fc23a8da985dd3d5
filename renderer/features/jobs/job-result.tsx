import type { JobView } from "#contract/job.ts";
import { Button } from "#renderer/components/button.tsx";
import { Copyable } from "#renderer/components/copyable.tsx";
import { FactsList } from "#renderer/components/facts-list.tsx";
import { formatBytes } from "#renderer/lib/format-bytes.ts";
import { HandOff } from "#renderer/features/publish/hand-off.tsx";
import { useDerived } from "#renderer/mirror/use-mirror.ts";
import { go } from "#renderer/view-state/view-state.ts";
import { jobOutcome } from "./job-outcome.ts";
import "./job-result.css";

/** What a job that succeeded left behind, and the ways there. */
export function JobResult({ job }: { job: JobView }) {
  const outcome = jobOutcome(job);
  const links = useDerived(({ machines, images, remoteImages, accounts }) => ({
    machine: machines[outcome.machineId ?? ""]?.id,
    image: images[outcome.imageId ?? ""]?.id,
    remote: remoteImages[outcome.remoteImageId ?? ""]?.id,
    account: accounts[outcome.accountId ?? remoteImages[outcome.remoteImageId ?? ""]?.accountId ?? ""]?.id,
  }));
  if (job.status !== "succeeded") return null;
  const { machine, image, remote, account } = links;

  return (
    <section className="job-result" aria-label="Result">
      <FactsList
        facts={[
          ...(outcome.summary ?? []).map(({ title, value }) => ({ name: title, value })),
          outcome.status === undefined
            ? null
            : { name: "Status there", value: <strong>{outcome.status}</strong> },
          outcome.providerImageId === undefined || outcome.providerImageId === null
            ? null
            : {
                name: "Image id there",
                value: <Copyable text={outcome.providerImageId} what="the image id" />,
              },
          outcome.uploadedBytes === undefined
            ? null
            : { name: "Uploaded", value: formatBytes(outcome.uploadedBytes) },
          outcome.sha256 === undefined
            ? null
            : { name: "SHA-256", value: <Copyable text={outcome.sha256} what="the SHA-256" /> },
          outcome.regions === undefined || outcome.regions.length === 0
            ? null
            : { name: "Regions", value: outcome.regions.join(", ") },
          outcome.stagingEmpty === undefined
            ? null
            : { name: "Staging", value: stagingWords(outcome.stagingEmpty) },
          outcome.overridden === undefined || outcome.overridden.length === 0
            ? null
            : { name: "Overridden", value: outcome.overridden.join(", ") },
        ]}
      />
      {outcome.handOff !== undefined && outcome.handOff !== null && <HandOff handOff={outcome.handOff} />}
      <div className="job-result-links">
        {machine !== undefined && (
          <Button icon="machine" onClick={() => go({ screen: "machine", id: machine, tab: "console" })}>
            Show machine
          </Button>
        )}
        {image !== undefined && (
          <Button icon="image" onClick={() => go({ screen: "image", id: image })}>
            Show image
          </Button>
        )}
        {remote !== undefined && (
          <Button icon="cloud" onClick={() => go({ screen: "remote-image", id: remote })}>
            Show remote image
          </Button>
        )}
        {remote === undefined && account !== undefined && (
          <Button icon="cloud" onClick={() => go({ screen: "account", id: account })}>
            Show account
          </Button>
        )}
      </div>
    </section>
  );
}

/** null: nothing of ours was staged, or another publish still needs it. */
function stagingWords(empty: boolean | null): string {
  if (empty === null) return "nothing of its own left there";
  return empty ? "empty, as it should be" : "not empty";
}
