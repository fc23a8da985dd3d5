import { z } from "zod";
import { ProviderIdSchema } from "./finding.ts";
import { AnswerKindSchema } from "./install.ts";
import { DisplayNameSchema, NotesSchema } from "./machine.ts";

/** `1 GiB`, `768M`, or bytes. Powers of 1024. */
const SizeTextSchema = z.union([
  z.number().int().positive(),
  z.string().regex(/^\d+(\.\d+)? ?[kmgtKMGT]?(i?[bB])?$/, "A size is written like 8 GiB or 768M"),
]);
/** `90 s`, `5 min`, `500 ms`, or seconds. */
const DurationTextSchema = z.union([
  z.number().positive(),
  z.string().regex(/^\d+(\.\d+)? ?(ms|s|min|h)$/, "A time is written like 90 s or 5 min"),
]);
const text = z.string().min(1).max(10_000);
/** A regular expression. Very long ones take seconds to compile. */
const pattern = z.string().min(1).max(1_000);
const timeout = DurationTextSchema.optional();
const over = z.enum(["console", "ssh"]).optional();
const nothing = z.strictObject({ timeout }).nullable();

/**
 * What a step may hold, by its name. A step is written as `- name: value`, or as `- name` where nothing more is
 * needed.
 */
export const recipeSteps = {
  boot: nothing.describe("Starts the machine."),
  expect: z
    .union([
      text,
      z.strictObject({
        text: text.optional(),
        pattern: pattern.optional(),
        prompt: text.optional(),
        timeout,
      }),
    ])
    .describe(
      "Waits until the console prints or shows a text or a pattern that was not there before, or until the cursor waits behind `prompt`.",
    ),
  type: z
    .union([
      z.string().max(10_000),
      z.strictObject({ text: z.string().max(10_000), enter: z.boolean().optional() }),
    ])
    .describe("Types a text and Enter; `enter: false` leaves Enter out."),
  press: z
    .union([
      text,
      z.array(text).min(1).max(100),
      z.strictObject({ key: text, times: z.number().int().min(1).max(200).optional() }),
    ])
    .describe("Presses keys by name: enter, tab, esc, up, down, f2, ctrl-c, alt-x and more."),
  choose: z
    .union([
      text,
      z.strictObject({
        entry: text.optional(),
        pattern: pattern.optional(),
        in: text.optional(),
        press: z.enum(["enter", "space", "none"]).optional(),
        timeout,
      }),
    ])
    .describe(
      "Moves the highlight of a menu or dialog to an entry or button and presses Enter. `in`: its title.",
    ),
  login: z
    .strictObject({ user: text, password: z.string().optional(), over, prompt: text.optional(), timeout })
    .describe(
      "Logs in on the console; over `ssh` it puts the machine's own key into the guest by the password, once.",
    ),
  run: z
    .union([text, z.strictObject({ script: text, over, timeout, allowFailure: z.boolean().optional() })])
    .describe("Runs a shell script in the guest and fails when its exit code is not 0."),
  copy: z
    .strictObject({ from: text, to: text })
    .describe("Copies a file or folder into a folder of the guest over SSH and compares checksums."),
  packages: z
    .union([
      z.array(text).min(1),
      z.strictObject({ names: z.array(text).min(1), update: z.boolean().optional(), over, timeout }),
    ])
    .describe("Installs packages with the guest's own package manager."),
  eject: nothing.describe("Takes the installer out of the drive."),
  checkpoint: z
    .union([
      DisplayNameSchema,
      z.strictObject({
        name: DisplayNameSchema,
        note: NotesSchema.optional(),
        memory: z.boolean().optional(),
      }),
    ])
    .describe("Ends a stage: a failed build goes on from here. With memory while the machine runs."),
  powerOff: nothing.describe("Presses the power button and waits until the machine is off."),
  waitForPowerOff: nothing.describe("Waits until the guest has powered itself off."),
  seal: z
    .strictObject({ user: text.optional(), over, timeout })
    .nullable()
    .describe(
      "Removes what two instances must not share: host keys, machine id, logs, histories, the machine's key.",
    ),
  check: z
    .strictObject({
      for: z.array(ProviderIdSchema).min(1).optional(),
      failOn: z.enum(["error", "warning"]).optional(),
    })
    .nullable()
    .describe("Judges the machine's disk for providers; errors end the build."),
  compact: z
    .union([DisplayNameSchema, z.strictObject({ name: DisplayNameSchema.optional() })])
    .nullable()
    .describe("Makes a compressed image of the library from the machine's disk."),
  publish: z
    .strictObject({
      to: text,
      name: DisplayNameSchema.optional(),
      region: text.optional(),
      override: z.boolean().optional(),
    })
    .describe("Publishes the compacted image to an account, by its name or id."),
} as const;
export type RecipeStepName = keyof typeof recipeSteps;
export const recipeStepNames = Object.keys(recipeSteps) as [RecipeStepName, ...RecipeStepName[]];
export type RecipeStepValue<N extends RecipeStepName> = z.output<(typeof recipeSteps)[N]>;
export type RecipeStep = {
  [N in RecipeStepName]: { readonly name: N; readonly value: RecipeStepValue<N> };
}[RecipeStepName];

/** Steps that need nothing but their name. */
export const bareSteps = recipeStepNames.filter((name) => recipeSteps[name].safeParse(null).success);

/** The fields of the answers' form; judged when the variables in them have their values. */
const AnswerTextsSchema = z.strictObject({
  hostname: text.optional(),
  username: text.optional(),
  publicKey: text.optional(),
  password: z.string().optional(),
  locale: text.optional(),
  keyboard: text.optional(),
  timezone: text.optional(),
  mirror: text.optional(),
  packages: z.array(text).optional(),
});

export const RecipeVariableSchema = z.union([
  z.string(),
  z.strictObject({
    default: z.string().optional(),
    /** Never written into journal, log or state; asked for, or taken from the environment. */
    secret: z.boolean().optional(),
    prompt: z.string().optional(),
  }),
]);

/** Everything of a recipe but its steps, which are read one by one so that each fault has its own place. */
export const RecipeHeadSchema = z.strictObject({
  version: z.literal(1).optional(),
  name: DisplayNameSchema,
  description: z.string().max(10_000).optional(),
  machine: z
    .strictObject({
      cores: z.number().int().min(1).max(64).optional(),
      memory: SizeTextSchema.optional(),
      disk: SizeTextSchema.optional(),
      firmware: z.enum(["bios", "uefi"]).optional(),
      diskBus: z.enum(["virtio-scsi", "virtio-blk"]).optional(),
    })
    .optional(),
  iso: z
    .union([
      text,
      z.strictObject({ id: text }),
      z.strictObject({
        url: z.url({
          protocol: /^https?$/,
          error: "This must be an address that begins with http:// or https://",
        }),
        sha256: z
          .string()
          .regex(/^[0-9a-fA-F]{64}$/, "A SHA-256 has 64 digits of 0-9 and a-f")
          .toLowerCase(),
      }),
    ])
    .optional(),
  install: z
    .strictObject({
      mode: z.enum(["menu", "direct"]),
      kernel: text.optional(),
      initrd: text.optional(),
      commandLine: z.string().max(2048).optional(),
      answers: z.strictObject({ kind: AnswerKindSchema, form: AnswerTextsSchema }).optional(),
    })
    .optional(),
  variables: z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,62}$/), RecipeVariableSchema).optional(),
});
export type RecipeHead = z.output<typeof RecipeHeadSchema>;

const stepForms = recipeStepNames.map((name) =>
  z.strictObject({ [name]: recipeSteps[name] }).describe(recipeSteps[name].description ?? ""),
);

/** The whole document as an editor checks it. */
export const RecipeDocumentSchema = RecipeHeadSchema.extend({
  steps: z.array(z.union([z.enum(bareSteps as [RecipeStepName, ...RecipeStepName[]]), ...stepForms])).min(1),
});
