import { z } from "zod";

const at = z.iso.datetime();

/**
 * A fact about one object on a staging storage, one JSON line each in `<data>/staging/<id>/log.jsonl`. Version 1.
 * The first line is written before anything of the object exists anywhere else.
 */
export const StagedRecordSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("object"),
    version: z.literal(1),
    stagingId: z.string(),
    /** Everything of the object, parts of an unfinished upload too, has a key that begins so. */
    prefix: z.string().min(1),
    key: z.string().min(1),
    /** Of the file that is uploaded. */
    sha256: z.string().length(64),
    sizeBytes: z.number(),
    at,
  }),
  z.object({ type: z.literal("claimed"), jobId: z.string(), at }),
  z.object({ type: z.literal("released"), jobId: z.string(), at }),
  /** An upload that a later attempt can resume; null: it is gone. */
  z.object({ type: z.literal("upload"), uploadId: z.string().nullable(), at }),
  z.object({ type: z.literal("staged"), at }),
  /** A job lets everybody who knows its address read it, until it is concealed or released. */
  z.object({ type: z.literal("exposed"), jobId: z.string(), at }),
  z.object({ type: z.literal("concealed"), jobId: z.string(), at }),
  /** It was found to be no longer there. */
  z.object({ type: z.literal("lost"), at }),
]);
export type StagedRecord = z.infer<typeof StagedRecordSchema>;

/** An object as its records tell it. */
export interface StagedState {
  readonly object: Extract<StagedRecord, { type: "object" }>;
  readonly jobIds: readonly string[];
  /** The jobs for whose sake it can be read by everybody who knows its address. */
  readonly exposedFor: readonly string[];
  readonly uploadId: string | null;
  readonly staged: boolean;
}

/** null: the process died before the first record was on the disk, so nothing exists. */
export function stateOf(records: readonly StagedRecord[]): StagedState | null {
  const [object] = records;
  if (object?.type !== "object") return null;
  return records.slice(1).reduce<StagedState>(
    (state, record) => {
      switch (record.type) {
        case "object":
          return state;
        case "claimed":
          return { ...state, jobIds: [...without(state.jobIds, record.jobId), record.jobId] };
        case "released":
          return {
            ...state,
            jobIds: without(state.jobIds, record.jobId),
            exposedFor: without(state.exposedFor, record.jobId),
          };
        case "upload":
          return { ...state, uploadId: record.uploadId };
        case "staged":
          return { ...state, staged: true, uploadId: null };
        case "exposed":
          return { ...state, exposedFor: [...without(state.exposedFor, record.jobId), record.jobId] };
        case "concealed":
          return { ...state, exposedFor: without(state.exposedFor, record.jobId) };
        case "lost":
          return { ...state, staged: false };
      }
    },
    { object, jobIds: [], exposedFor: [], uploadId: null, staged: false },
  );
}

const without = (list: readonly string[], item: string): string[] => list.filter((each) => each !== item);
