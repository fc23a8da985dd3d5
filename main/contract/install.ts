import { z } from "zod";

/** Installers whose unattended answers Goldsmith can write. */
export const AnswerKindSchema = z.enum(["preseed", "autoinstall", "kickstart", "alpine", "autoyast"]);
export type AnswerKind = z.infer<typeof AnswerKindSchema>;

/** The small form from which answers are made. */
export const AnswerFormSchema = z.object({
  hostname: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i)
    .default("golden"),
  username: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]{0,31}$/)
    .default("golden"),
  /** A public key in OpenSSH's form; with none, a password must be given. */
  publicKey: z
    .string()
    .trim()
    .regex(
      // oxlint-disable-next-line no-control-regex -- control characters are what is refused
      /^(?:(?:ssh-|ecdsa-|sk-)[A-Za-z0-9@.-]+ [A-Za-z0-9+/=]+(?: [^\u0000-\u001f\u007f"\\'`$]*)?)?$/,
      "Not a public key of OpenSSH",
    )
    .default(""),
  /** Only its hash is written into the answers. */
  password: z.string().default(""),
  locale: z
    .string()
    .regex(/^[A-Za-z0-9_.@-]{1,40}$/)
    .default("en_US.UTF-8"),
  keyboard: z
    .string()
    .regex(/^[a-z0-9-]{1,20}$/)
    .default("us"),
  timezone: z
    .string()
    .regex(/^[A-Za-z0-9_+/-]{1,60}$/)
    .default("UTC"),
  /** Empty: the installer's own. */
  mirror: z.union([z.literal(""), z.url({ protocol: /^https?$/ })]).default(""),
  packages: z.array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9+.:_-]{0,80}$/)).default([]),
});
export type AnswerForm = z.input<typeof AnswerFormSchema>;

/** A file handed to the installer; `name` is a bare name or a path below the seed's root. */
export const AnswerFileSchema = z.object({
  name: z.string().min(1).max(200),
  text: z.string().max(256 * 1024),
});

/** What is handed over and how. `seed-iso`: a second CD with `label`; `initrd`: appended to the initrd. */
export const AnswersSchema = z.object({
  kind: AnswerKindSchema,
  handOver: z.enum(["seed-iso", "initrd"]),
  label: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/),
  files: z.array(AnswerFileSchema).min(1).max(16),
});
export type Answers = z.infer<typeof AnswersSchema>;

/**
 * How the inserted installer is started. `menu`: by the medium's own boot menu. `direct`: kernel and initrd are
 * taken out of the ISO and started by QEMU with this command line, until the guest restarts for the first time;
 * then the disk is booted.
 */
export const InstallSchema = z.object({
  mode: z.enum(["menu", "direct"]),
  /** Paths inside the ISO; null with `menu`. */
  kernelPath: z.string().nullable().default(null),
  initrdPath: z.string().nullable().default(null),
  commandLine: z.string().max(2048).default(""),
  answers: AnswersSchema.nullable().default(null),
});
export type Install = z.infer<typeof InstallSchema>;

/** What an ISO is and how it can be started, by volume id and content. */
export const IsoLookSchema = z.object({
  path: z.string(),
  volumeId: z.string(),
  /** E.g. `Debian 12`, as the medium's own files tell; null: not recognised. */
  os: z.string().nullable(),
  osId: z.string().nullable(),
  /** `debian-installer`, `subiquity`, `anaconda` …; null: not recognised. */
  installer: z.string().nullable(),
  sizeBytes: z.number(),
  firmware: z.array(z.enum(["bios", "uefi"])),
  /** Kernel and initrd found inside, with the command line for a serial console; null: only its menu can be used. */
  direct: z.object({ kernelPath: z.string(), initrdPath: z.string(), commandLine: z.string() }).nullable(),
  answerKind: AnswerKindSchema.nullable(),
});
export type IsoLook = z.infer<typeof IsoLookSchema>;

/** An installer of the catalogue, or one of the user's own. */
export const IsoViewSchema = z.object({
  id: z.string(),
  title: z.string(),
  os: z.string(),
  version: z.string(),
  own: z.boolean(),
  url: z.string().nullable(),
  sizeBytes: z.number().nullable(),
  sha256: z.string().nullable(),
  /** `partial`: a download can go on. */
  state: z.enum(["absent", "partial", "downloading", "ready", "missing"]),
  path: z.string().nullable(),
  doneBytes: z.number().nullable(),
  answerKind: AnswerKindSchema.nullable(),
});
export type IsoView = z.infer<typeof IsoViewSchema>;
