import { rm } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { z } from "zod";
import { ImageFormatSchema } from "#contract/facts.ts";
import type { ImageView } from "#contract/image.ts";
import { DisplayNameSchema } from "#contract/machine.ts";
import { SubjectSchema, type Subject } from "#contract/report.ts";
import { identifiedLayers, type LayeredDisk } from "#core/image/layered-disk.ts";
import { openImage, type OpenedImage } from "#core/image/open-image.ts";
import { defineJob, type JobDefinition, type StepReporter } from "#core/job/job-context.ts";
import { tellUnpacking } from "#core/job/tell-unpacking.ts";
import { AppError } from "#core/lib/app-error.ts";
import { hashFile } from "#core/library/hash-file.ts";
import type { Images } from "#core/library/images.ts";
import { newId } from "#core/library/new-id.ts";
import type { Machines } from "#core/machine/machines.ts";
import type { Ports } from "#ports/ports.ts";
import { compactImage } from "./compact-image.ts";
import { copyFile } from "./copy-file.ts";

const InputSchema = z.object({
  subject: SubjectSchema,
  name: z.string().optional(),
  /** A file goes into the library unchanged, packed or not. */
  asItIs: z.boolean().default(false),
});
const OutputSchema = z.object({ imageId: z.string() });
const SourceSchema = z.object({
  imageId: z.string(),
  name: DisplayNameSchema,
  path: z.string(),
  format: ImageFormatSchema,
  sourceBytes: z.number(),
  virtualBytes: z.number(),
  machineId: z.string().nullable(),
  /** What the source is packed with; `format` is of what was inside. */
  archive: z.string().nullable().default(null),
});
const MadeSchema = z.object({
  fileBytes: z.number(),
  elapsedMs: z.number(),
  checkedAt: z.iso.datetime(),
  /** Of what was read, where that is what was written. */
  sha256: z.string().nullable().default(null),
});
const HashedSchema = z.object({ sha256: z.string() });

const stepsFor = (asItIs: boolean): { name: string; title: string }[] => [
  { name: "read", title: "Read the source" },
  { name: "convert", title: asItIs ? "Copy" : "Compress, check and compare" },
  { name: "hash", title: asItIs ? "Compare checksums" : "Checksum" },
  { name: "keep", title: "Put into the library" },
];

const archiveEndings: Readonly<Record<string, string>> = {
  gzip: ".gz",
  bzip2: ".bz2",
  xz: ".xz",
  zstd: ".zst",
};

const stageWords = {
  convert: "Compressing",
  check: "Checking the new file's structure",
  compare: "Comparing with the source",
};

/** `debian.qcow2.xz` is called `debian`. */
function nameOfFile(path: string): string {
  const name = basename(path).replace(/\.(gz|bz2|xz|zst)$/i, "");
  return basename(name, extname(name)) || basename(path);
}

function proofOf(asItIs: boolean, archive: string | null): string {
  if (asItIs) return "a copy of the file as it is, with the same SHA-256";
  return archive === null
    ? "qemu-img check; qemu-img compare with the source"
    : `qemu-img check; qemu-img compare with what was packed in the source (${archive})`;
}

type CompactJob = JobDefinition<typeof InputSchema, typeof OutputSchema>;

/** Makes an image of the library out of a machine's disk, a file, or another image. The source is only read. */
export function createCompactJob(deps: {
  ports: Ports;
  images: Images;
  machines: Pick<Machines, "view" | "diskPath" | "assertOff" | "layeredDisk">;
}): CompactJob {
  const { ports, images, machines } = deps;

  function locate(subject: Subject): { path: string; name: string; machineId: string | null } {
    switch (subject.kind) {
      case "machine": {
        const { machineId } = subject;
        machines.assertOff(machineId);
        return { path: machines.diskPath(machineId), name: machines.view(machineId).name, machineId };
      }
      case "image": {
        const { path, name, origin } = images.view(subject.imageId);
        return { path, name, machineId: origin.machineId };
      }
      case "file":
        return { path: subject.path, name: nameOfFile(subject.path), machineId: null };
    }
  }

  /** The disk to be read. What is packed is unpacked into the cache, once, and stays there as long as this is held. */
  async function open(
    path: string,
    layered: LayeredDisk | null,
    reporter: StepReporter,
    signal: AbortSignal,
  ): Promise<OpenedImage> {
    if (layered === null) {
      return openImage(path, { ports }, { signal, onProgress: tellUnpacking(reporter) });
    }
    const image = identifiedLayers(path, layered);
    const { fileBytes } = image;
    return { image, archive: null, fileBytes, [Symbol.asyncDispose]: () => Promise.resolve() };
  }

  const layersOf = async (subject: Subject): Promise<LayeredDisk | null> =>
    subject.kind === "machine" ? await machines.layeredDisk(subject.machineId) : null;

  return defineJob({
    kind: "compact",
    input: InputSchema,
    output: OutputSchema,
    steps: ({ asItIs }) => stepsFor(asItIs),
    afterCrash: "resume",
    title: ({ subject, name, asItIs }) => {
      const what = name ?? locate(subject).name;
      return asItIs ? `Take ${what} into the library` : `Compact ${what}`;
    },
    subject: ({ subject }) => (subject.kind === "machine" ? { machineId: subject.machineId } : {}),
    async run(context, input) {
      if (input.asItIs && input.subject.kind !== "file") {
        throw new AppError("bad-input", "Only a file can be taken into the library as it is", {
          hint: "Compact the machine instead.",
        });
      }
      const source = await context.step("read", SourceSchema, async (reporter, signal) => {
        const { path, name, machineId } = locate(input.subject);
        const layered = await layersOf(input.subject);
        await using opened = await open(path, layered, reporter, signal);
        const { archive, fileBytes: sourceBytes } = opened;
        const { format, virtualBytes } = opened.image;
        if (format === "iso9660" && !input.asItIs) {
          throw new AppError("bad-input", `${basename(path)} is an installer ISO, not a disk`, {
            hint: "Make a machine from it and compact that machine's disk.",
          });
        }
        const title = DisplayNameSchema.parse(input.name ?? name);
        return { imageId: newId(), name: title, path, format, sourceBytes, virtualBytes, machineId, archive };
      });
      const { imageId } = source;

      context.defer(
        "removing the unfinished image",
        () => rm(images.folder(imageId), { recursive: true, force: true }),
        {
          undoes: "convert",
        },
      );
      const fileName = input.asItIs
        ? `disk.${source.format}${archiveEndings[source.archive ?? ""] ?? ""}`
        : "disk.qcow2";
      const path = join(images.folder(imageId), fileName);
      const made = await context.step("convert", MadeSchema, async (reporter, signal) => {
        await images.createFolder(imageId);
        if (input.asItIs) {
          const startedMs = ports.clock.nowMs();
          const copied = await copyFile(source.path, path, { signal, onProgress: reporter.progress });
          const elapsedMs = ports.clock.nowMs() - startedMs;
          return { ...copied, elapsedMs, checkedAt: ports.clock.nowIso() };
        }
        if (source.machineId !== null && input.subject.kind === "machine")
          machines.assertOff(source.machineId);
        const layered = await layersOf(input.subject);
        // A later attempt finds it unpacked, or unpacks it once more.
        await using opened = await open(source.path, layered, reporter, signal);
        const result = await compactImage(
          layered === null
            ? opened.image
            : { ...source, node: layered.node, layerPaths: layered.paths.slice(1) },
          path,
          { ports },
          {
            signal,
            onProgress: ({ stage, doneBytes, totalBytes }) => {
              reporter.progress(doneBytes, totalBytes);
              reporter.message(stageWords[stage]);
            },
          },
        );
        return { ...result, checkedAt: ports.clock.nowIso(), sha256: null };
      });

      const { sha256 } = await context.step("hash", HashedSchema, async (reporter, signal) => {
        const found = await hashFile(path, signal, reporter.progress);
        if (made.sha256 === null || made.sha256 === found) return { sha256: found };
        throw new AppError("verify-failed", "The copy differs from the file that was read", {
          hint: "The disk may be failing. Nothing was kept; try again.",
          retry: "never",
        });
      });

      return context.step("keep", OutputSchema, async () => {
        const image: ImageView = {
          id: imageId,
          name: source.name,
          notes: "",
          tags: [],
          createdAt: ports.clock.nowIso(),
          path,
          format: input.asItIs ? source.format : "qcow2",
          archive: input.asItIs ? source.archive : null,
          fileBytes: made.fileBytes,
          virtualBytes: source.virtualBytes,
          sha256,
          origin: { machineId: source.machineId, sourcePath: source.path, sourceBytes: source.sourceBytes },
          proof: {
            checkedAt: made.checkedAt,
            method: proofOf(input.asItIs, source.archive),
            elapsedMs: made.elapsedMs,
          },
        };
        await images.add(image);
        return { imageId };
      });
    },
  });
}
