import { AppError } from "#core/lib/app-error.ts";
import type { StagingUpload } from "../staging-store.ts";
import { sendBody } from "../upload/send-body.ts";
import type { KnownParts } from "../upload/send-parts.ts";
import type { PartsStore } from "../upload/upload-parts.ts";
import { assertEtag, bareEtag, compositeEtag } from "./etag.ts";
import { isMissing } from "./staging-error.ts";
import { cannedAcl, type UploadTarget } from "./upload-target.ts";

/** One upload of several parts as S3 does it. */
export function multipartUpload(target: UploadTarget, args: StagingUpload): PartsStore {
  const { ask, bucket, gate, parallel } = target;
  const { key, signal } = args;
  const object = { Bucket: bucket, Key: key };
  return {
    parallel,
    isMissing,

    async begin() {
      const { UploadId } = await ask(signal, (client, sdk, options) =>
        client.send(
          new sdk.CreateMultipartUploadCommand({
            ...object,
            ContentType: args.contentType,
            ACL: cannedAcl(args),
          }),
          options,
        ),
      );
      if (UploadId === undefined) throw new AppError("protocol", "The storage began an upload without an id");
      return UploadId;
    },

    knownParts: (uploadId) => knownParts(target, args, uploadId),

    async sendPart(uploadId, part, progress, ownSignal) {
      const answer = await ask(
        ownSignal,
        (client, sdk, options) =>
          sendBody(part.bytes, progress, { gate, signal: ownSignal }, (body) =>
            client.send(
              new sdk.UploadPartCommand({
                ...object,
                UploadId: uploadId,
                PartNumber: part.number,
                Body: body,
                ContentLength: part.sizeBytes,
                ContentMD5: part.md5.toString("base64"),
              }),
              options,
            ),
          ),
        "content",
      );
      assertEtag(answer, part.md5, `part ${part.number} of ${key}`);
      return bareEtag(answer.ETag);
    },

    async complete(uploadId, { etags, md5s }) {
      const Parts = md5s.map((_, index) => ({
        PartNumber: index + 1,
        ETag: `"${etags.get(index + 1) ?? ""}"`,
      }));
      await ask(signal, (client, sdk, options) =>
        client.send(
          new sdk.CompleteMultipartUploadCommand({
            ...object,
            UploadId: uploadId,
            MultipartUpload: { Parts },
          }),
          options,
        ),
      );
    },

    async finished(partCount) {
      const head = await ask(signal, (client, sdk, options) =>
        client.send(new sdk.HeadObjectCommand(object), options),
      );
      const etag = bareEtag(head.ETag);
      if (head.ContentLength !== args.sizeBytes || !etag.endsWith(`-${partCount}`)) return null;
      return (md5s) => compositeEtag(md5s) === etag;
    },
  };
}

async function knownParts(
  { ask, bucket }: UploadTarget,
  args: StagingUpload,
  uploadId: string,
): Promise<KnownParts> {
  const known = new Map<number, { md5: string; etag: string; sizeBytes: number }>();
  let marker: string | undefined;
  do {
    const from = marker === undefined ? {} : { PartNumberMarker: marker };
    const page = await ask(args.signal, (client, sdk, options) =>
      client.send(
        new sdk.ListPartsCommand({ Bucket: bucket, Key: args.key, UploadId: uploadId, ...from }),
        options,
      ),
    );
    for (const part of page.Parts ?? []) {
      // A part's ETag is its MD5; with a store that encrypts it is not, and the part is sent again.
      const etag = bareEtag(part.ETag);
      known.set(part.PartNumber ?? 0, { md5: etag, etag, sizeBytes: part.Size ?? -1 });
    }
    const next = page.IsTruncated === true ? page.NextPartNumberMarker : undefined;
    marker = next === marker ? undefined : next;
  } while (marker !== undefined);
  return known;
}
