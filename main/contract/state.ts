import { z } from "zod";
import { AccountViewSchema } from "./account.ts";
import { DoctorReportSchema } from "./doctor.ts";
import { ImageViewSchema } from "./image.ts";
import { IsoViewSchema } from "./install.ts";
import { JobViewSchema } from "./job.ts";
import { MachineViewSchema } from "./machine.ts";
import { ProviderInfoSchema } from "./provider-info.ts";
import { RemoteImageSchema } from "./remote-image.ts";
import { CheckReportSchema } from "./report.ts";
import { SettingsSchema } from "./settings.ts";
import { StagingViewSchema } from "./staging.ts";

/** Something the user should know that belongs to no other thing, e.g. what was found at start. */
export const NoticeSchema = z.object({
  id: z.string(),
  level: z.enum(["info", "warning", "error"]),
  title: z.string(),
  text: z.string(),
  createdAt: z.iso.datetime(),
});
export type Notice = z.infer<typeof NoticeSchema>;

/** Where the app stands. `practiceRun` tells whether the try-out can be made here, and if not, why. */
export const AppInfoSchema = z.object({
  version: z.string(),
  host: z.enum(["electron", "browser", "cli"]),
  dataDirectory: z.string(),
  platform: z.string(),
  /** What all machines that run at once have to share. */
  hostCores: z.number().int().positive(),
  hostMemoryBytes: z.number().positive(),
});
export type AppInfo = z.infer<typeof AppInfoSchema>;

/** The collections of the state; each is a record by id. The core is their only writer. */
export const collectionSchemas = {
  machines: MachineViewSchema,
  images: ImageViewSchema,
  /** Installers: the catalogue and the user's own. */
  isos: IsoViewSchema,
  jobs: JobViewSchema,
  /** What is known of every provider; fixed at start. */
  providers: ProviderInfoSchema,
  accounts: AccountViewSchema,
  stagings: StagingViewSchema,
  remoteImages: RemoteImageSchema,
  reports: CheckReportSchema,
  notices: NoticeSchema,
  /** One entry, `settings`. */
  settings: SettingsSchema,
  /** One entry, `report`. */
  doctor: DoctorReportSchema,
  /** One entry, `info`. */
  app: AppInfoSchema,
} as const;
export type CollectionName = keyof typeof collectionSchemas;
export const collectionNames = Object.keys(collectionSchemas) as CollectionName[];
export type AppState = { [C in CollectionName]: Record<string, z.infer<(typeof collectionSchemas)[C]>> };

export const emptyState = (): AppState => ({
  machines: {},
  images: {},
  isos: {},
  jobs: {},
  providers: {},
  accounts: {},
  stagings: {},
  settings: {},
  remoteImages: {},
  reports: {},
  notices: {},
  doctor: {},
  app: {},
});

/** One entry set (`value`) or removed (`value: null`). */
export type Change = {
  [C in CollectionName]: { collection: C; id: string; value: AppState[C][string] | null };
}[CollectionName];

const changeSchemas = collectionNames.map((name) =>
  z.object({ collection: z.literal(name), id: z.string(), value: collectionSchemas[name].nullable() }),
);
const ChangeSchema = z.union(changeSchemas) as unknown as z.ZodType<Change>;

const StateSchema = z.object(
  Object.fromEntries(collectionNames.map((name) => [name, z.record(z.string(), collectionSchemas[name])])),
) as unknown as z.ZodType<AppState>;

/** First a snapshot, then patches whose `seq` counts up by one; a gap means: subscribe again. */
export const StateEventSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("snapshot"), seq: z.number().int(), state: StateSchema }),
  z.object({ type: z.literal("patch"), seq: z.number().int(), changes: z.array(ChangeSchema) }),
]);
export type StateEvent = z.infer<typeof StateEventSchema>;
