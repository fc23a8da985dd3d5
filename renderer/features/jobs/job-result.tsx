import { PublishResultSchema } from "#contract/account.ts";
import type { JobView } from "#contract/job.ts";
import { Button } from "#renderer/components/button.tsx";
import { Copyable } from "#renderer/components/copyable.tsx";
import { FactsList } from "#renderer/components/facts-list.tsx";
import { formatBytes } from "#renderer/lib/format-bytes.ts";
import { useDerived } from "#renderer/mirror/use-mirror.ts";
import { go } from "#renderer/view-state/view-state.ts";
import "./job-result.css";

/** What a job that succeeded left behind, and the ways there. */
export function JobResult({ job }: { job: JobView }) {
  const published = PublishResultSchema.partial().safeParse(job.result);
  const result = published.success ? published.data : {};
  const imageId = job.subject.imageId ?? textField(job.result, "imageId");
  const machineId = job.subject.machineId;
  const remoteImageId = result.remoteImageId;
  const links = useDerived(({ machines, images, remoteImages }) => ({
    machine: machineId === undefined ? undefined : machines[machineId]?.id,
    image: imageId === undefined ? undefined : images[imageId]?.id,
    account: remoteImageId === undefined ? undefined : remoteImages[remoteImageId]?.accountId,
  }));
  if (job.status !== "succeeded") return null;
  const { machine, image, account } = links;

  return (
    <section className="job-result" aria-label="Result">
      <FactsList
        facts={[
          result.status === undefined
            ? null
            : { name: "Status there", value: <strong>{result.status}</strong> },
          result.providerImageId === undefined
            ? null
            : {
                name: "Image id there",
                value: <Copyable text={result.providerImageId} what="the image id" />,
              },
          result.uploadedBytes === undefined
            ? null
            : { name: "Uploaded", value: formatBytes(result.uploadedBytes) },
          result.sha256 === undefined
            ? null
            : { name: "SHA-256", value: <Copyable text={result.sha256} what="the SHA-256" /> },
          result.stagingEmpty === undefined
            ? null
            : { name: "Staging", value: result.stagingEmpty ? "empty, as it should be" : "not empty" },
          result.overridden === undefined || result.overridden.length === 0
            ? null
            : { name: "Overridden", value: result.overridden.join(", ") },
        ]}
      />
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
        {account !== undefined && (
          <Button icon="cloud" onClick={() => go({ screen: "account", id: account })}>
            Show remote image
          </Button>
        )}
      </div>
    </section>
  );
}

function textField(value: unknown, name: string): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const field: unknown = Reflect.get(value, name);
  return typeof field === "string" ? field : undefined;
}
