import type { RemoteExportFormat } from "#contract/remote-special.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { ExportDestination } from "#providers/special-calls.ts";
import { z } from "zod";
import type { OciAccount } from "./account.ts";
import { ImageSchema } from "./api.ts";
import { imagePath } from "./image-path.ts";

const NamespaceSchema = z.string().min(1).max(200);

/**
 * Writes an image into object storage. Resolves with the work request's id when it is accepted; the image is
 * EXPORTING meanwhile. "The maximum size for custom exported images is 400 GB."
 */
export async function exportImage(
  { compute, objectStorage }: OciAccount,
  imageId: string,
  destination: ExportDestination,
  exportFormat: RemoteExportFormat,
  signal: AbortSignal,
): Promise<string> {
  const ownNamespace = async (): Promise<string> =>
    (await objectStorage({ method: "GET", path: "/n", reply: NamespaceSchema, signal })).body;
  const path = `${imagePath(imageId)}/actions/export`;
  const body =
    destination.kind === "url"
      ? { destinationType: "objectStorageUri", destinationUri: destination.url, exportFormat }
      : {
          destinationType: "objectStorageTuple",
          namespaceName: destination.namespace ?? (await ownNamespace()),
          bucketName: destination.bucket,
          objectName: destination.object,
          exportFormat,
        };
  const { headers } = await compute({ method: "POST", path, body, reply: ImageSchema, signal });
  const workRequestId = headers.get("opc-work-request-id");
  if (workRequestId !== null) return workRequestId;
  throw new AppError("protocol", "Oracle Cloud accepted the export but names no work request");
}
