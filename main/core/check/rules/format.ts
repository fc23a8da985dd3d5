import type { ImageFormat } from "#contract/facts.ts";
import type { Citation } from "#providers/profile.ts";
import { advice, isDisk, pass, type Rule } from "#core/check/rule.ts";

const names: Readonly<Record<ImageFormat, string>> = {
  raw: "raw",
  qcow2: "qcow2",
  vhdx: "VHDX",
  vhd: "VHD",
  vdi: "VDI",
  vmdk: "VMDK",
  iso9660: "ISO",
};

const qcow2Document: Citation = {
  document: "QCOW2 image format, QEMU documentation (compression type)",
  url: "https://www.qemu.org/docs/master/interop/qcow2.html",
};

const list = (formats: readonly ImageFormat[]): string => formats.map((format) => names[format]).join(", ");

export const formatRules: readonly Rule[] = [
  {
    id: "format.accepted",
    title: "The provider takes the format",
    applies: () => true,
    source: (profile) => profile.formats.source,
    consequence: "The import is refused.",
    fix: advice("Compact it: the result is a qcow2 file.", "compact"),
    evaluate: ({ facts, profile }) => {
      if (profile.formats.value.includes(facts.format))
        return pass(`${names[facts.format]} is taken as it is`);
      const title = `${profile.name} takes ${list(profile.formats.value)}, not ${names[facts.format]}`;
      if (facts.format !== "iso9660") return { level: "error", title, where: "file format" };
      const fix = advice("Install from the ISO in a machine here, then publish the machine's image.");
      return { level: "error", title, where: "file format", fix };
    },
  },
  {
    id: "format.archive",
    title: "The provider takes the compression around the image",
    applies: ({ facts, profile }) => facts.archive !== null && profile.archives !== null,
    source: (profile) => profile.archives?.source ?? profile.document,
    consequence: "The import is refused: the provider looks at the file and finds an archive.",
    fix: advice("Compact it: the result is compressed inside and needs no archive around it.", "compact"),
    evaluate: ({ facts, profile }) => {
      const archive = facts.archive ?? "";
      const taken = profile.archives?.value ?? [];
      if (taken.includes(archive)) return pass(`${archive} around the image is taken`, "file format");
      const title =
        taken.length === 0
          ? `${profile.name} takes no archive; the image is packed with ${archive}`
          : `${profile.name} takes ${taken.join(" or ")} around an image, not ${archive}`;
      return { level: "error", title, where: "file format" };
    },
  },
  {
    id: "format.compression",
    title: "The compression inside the file is one that every importer reads",
    applies: (subject) => isDisk(subject) && subject.facts.format === "qcow2",
    source: () => qcow2Document,
    consequence: "An importer with a QEMU older than 5.1 cannot open the file.",
    fix: advice("Compact it again: the result uses zlib.", "compact"),
    evaluate: ({ facts }) =>
      facts.compressedClusters === "zstd"
        ? { level: "warning", title: "The clusters are compressed with zstd", where: "qcow2 header" }
        : pass(
            facts.compressedClusters === "zlib"
              ? "The clusters are compressed with zlib"
              : "The clusters are not compressed",
          ),
  },
];
