import { AppError } from "#core/lib/app-error.ts";
import type { OciAccount } from "./account.ts";
import { ImageSchema } from "./api.ts";
import { imagePath } from "./image-path.ts";

/** `OCI` is Oracle's archive of a qcow2 and the image's own settings (.oci). */
export type ExportFormat = "OCI" | "QCOW2" | "VDI" | "VHD" | "VMDK";

export type ExportDestination =
  | { readonly kind: "object"; readonly namespace: string; readonly bucket: string; readonly object: string }
  /** A pre-authenticated request that may be written to. */
  | { readonly kind: "url"; readonly url: string };

/**
 * Writes an image into object storage. Resolves with the work request's id when it is accepted; the image is
 * EXPORTING meanwhile. "The maximum size for custom exported images is 400 GB."
 */
export async function exportImage(
  { compute }: OciAccount,
  imageId: string,
  destination: ExportDestination,
  exportFormat: ExportFormat,
  signal: AbortSignal,
): Promise<string> {
  const path = `${imagePath(imageId)}/actions/export`;
  const body =
    destination.kind === "url"
      ? { destinationType: "objectStorageUri", destinationUri: destination.url, exportFormat }
      : {
          destinationType: "objectStorageTuple",
          namespaceName: destination.namespace,
          bucketName: destination.bucket,
          objectName: destination.object,
          exportFormat,
        };
  const { headers } = await compute({ method: "POST", path, body, reply: ImageSchema, signal });
  const workRequestId = headers.get("opc-work-request-id");
  if (workRequestId !== null) return workRequestId;
  throw new AppError("protocol", "Oracle Cloud accepted the export but names no work request");
}
