import { z } from "zod";
import type { StagingUpload } from "../staging-store.ts";
import type { PartsStore } from "../upload/upload-parts.ts";
import { damaged, isMadeOf } from "./checksums.ts";
import { allPages } from "./pages.ts";
import { isMissing } from "./refusal.ts";
import { sendContent, type UploadTarget } from "./send-content.ts";

const BegunSchema = z.object({ uploadId: z.string().min(1) });
const PartsSchema = z.array(
  z.object({ partNumber: z.number(), etag: z.string(), md5: z.string().nullish(), size: z.number() }),
);

/** One upload of several parts as Oracle's Object Storage does it. */
export function multipartUpload(target: UploadTarget, args: StagingUpload): PartsStore {
  const { bucket, parallel } = target;
  const { key, signal } = args;
  const uploadPath = (): Promise<string> => bucket.path(signal, "u", key);
  return {
    parallel,
    isMissing,

    async begin() {
      const path = await bucket.path(signal, "u");
      const body = { object: key, contentType: args.contentType };
      const { json } = await bucket.ask({ method: "POST", path, json: body, signal });
      return BegunSchema.parse(json).uploadId;
    },

    async knownParts(uploadId) {
      const path = await uploadPath();
      const listed = await allPages(bucket, { path, query: { uploadId }, reply: PartsSchema, signal });
      return new Map(
        listed.map((part) => {
          const md5 = Buffer.from(part.md5 ?? "", "base64").toString("hex");
          return [part.partNumber, { md5, etag: part.etag, sizeBytes: part.size }];
        }),
      );
    },

    async sendPart(uploadId, part, progress, ownSignal) {
      const query = { uploadId, uploadPartNum: String(part.number) };
      const to = { path: await uploadPath(), query, what: `part ${part.number} of ${key}` };
      return sendContent(target, to, part, progress, ownSignal);
    },

    async complete(uploadId, { etags, md5s }) {
      const partsToCommit = md5s.map((_, index) => ({
        partNum: index + 1,
        etag: etags.get(index + 1) ?? "",
      }));
      const { headers } = await bucket.ask({
        method: "POST",
        path: await uploadPath(),
        query: { uploadId },
        json: { partsToCommit },
        signal,
      });
      const told = headers["opc-multipart-md5"];
      if (told !== undefined && !isMadeOf(told, md5s)) throw damaged(key);
    },

    async finished() {
      const path = await bucket.path(signal, "o", key);
      const { headers } = await bucket.ask({ method: "HEAD", path, signal });
      const told = headers["opc-multipart-md5"];
      if (told === undefined || Number(headers["content-length"]) !== args.sizeBytes) return null;
      return (md5s) => isMadeOf(told, md5s);
    },
  };
}
