import type { FilesystemFactsSchema } from "#contract/facts-disk.ts";
import type { ImageFacts } from "#contract/facts.ts";
import { sizeText } from "#core/lib/size-text.ts";
import type { z } from "zod";
import { counted, group, listOr, yesNo, type FactGroup, type FactTable } from "./fact-group.ts";

export function imageGroup(facts: ImageFacts): FactGroup {
  const { compressedClusters, archive, allocatedBytes } = facts;
  const packed =
    compressedClusters === null || compressedClusters === "none" ? "" : `, ${compressedClusters}`;
  const format = `${facts.format}${packed}${archive === null ? "" : ` in ${archive}`}`;
  return group("image", "Image", `${format}, ${sizeText(facts.virtualBytes)}`, [
    { name: "Format", value: format },
    { name: "File", value: sizeText(facts.fileBytes) },
    { name: "Disk", value: sizeText(facts.virtualBytes) },
    allocatedBytes === null ? null : { name: "Allocated", value: sizeText(allocatedBytes) },
  ]);
}

export function installerGroup({ iso }: ImageFacts): FactGroup | null {
  if (iso === null) return null;
  const ways = listOr([...(iso.bootBios ? ["BIOS"] : []), ...(iso.bootUefi ? ["UEFI"] : [])], "no");
  return group("installer", "Installer", iso.osGuess ?? iso.volumeId, [
    { name: "Volume", value: iso.volumeId === "" ? "no name" : iso.volumeId },
    iso.osGuess === null ? null : { name: "System", value: iso.osGuess },
    { name: "Boots by", value: ways === "no" ? "nothing" : ways },
    iso.architecture === null ? null : { name: "Architecture", value: iso.architecture },
    { name: "Hybrid", value: yesNo(iso.hybrid) },
  ]);
}

type Filesystem = z.infer<typeof FilesystemFactsSchema> | null;

const contentText = (filesystem: Filesystem): string =>
  filesystem === null ? "–" : `${filesystem.type}${filesystem.unreadable === null ? "" : " (closed)"}`;

const hintText = (filesystem: Filesystem, rest: readonly string[]): string =>
  [
    ...(filesystem?.label ? [`label ${filesystem.label}`] : []),
    ...(filesystem?.uuid ? [`UUID ${filesystem.uuid}`] : []),
    ...(filesystem?.unreadable ? [filesystem.unreadable] : []),
    ...rest,
  ].join(", ");

export function diskGroup(facts: ImageFacts): FactGroup | null {
  const { partitions, logicalVolumes, partitionTable, rootPartition, rootVolume, rootSubvolume } = facts;
  if (facts.iso !== null || partitionTable === null) return null;
  const table = { gpt: "GPT", mbr: "MBR", none: "none" }[partitionTable];
  const tables: FactTable[] = [
    {
      label: "Partitions",
      head: ["#", "Size", "Content", "Use"],
      rows: partitions.map(({ number, sizeBytes, filesystem, typeName, typeId, startByte }) => ({
        cells: [
          number === 0 ? "–" : String(number),
          sizeText(sizeBytes),
          contentText(filesystem),
          number === rootPartition && rootVolume === null ? "root" : typeName,
        ],
        hint: hintText(filesystem, [`type ${typeId || "none"}`, `starts at byte ${startByte}`]),
      })),
    },
    {
      label: "Logical volumes",
      head: ["Volume", "Size", "Content", "Use"],
      rows: logicalVolumes.map(({ name, sizeBytes, filesystem, segmentTypes, unreadable }) => ({
        cells: [
          name,
          sizeText(sizeBytes),
          unreadable === null ? contentText(filesystem) : "closed",
          name === rootVolume ? "root" : listOr(segmentTypes, "–"),
        ],
        hint: hintText(filesystem, unreadable === null ? [] : [unreadable]),
      })),
    },
  ];
  const gist = [
    table === "none" ? "no partition table" : table,
    counted(partitions.length, "partition"),
    ...(logicalVolumes.length === 0 ? [] : [counted(logicalVolumes.length, "logical volume")]),
  ].join(", ");
  return group(
    "disk",
    "Disk",
    gist,
    [
      { name: "Table", value: table },
      rootSubvolume === null ? null : { name: "Root subvolume", value: rootSubvolume, code: true },
    ],
    tables,
  );
}

export function fstabGroup({ fstab }: ImageFacts): FactGroup | null {
  if (fstab === null || fstab.length === 0) return null;
  const missing = fstab.filter(({ inImage }) => inImage === false);
  const gist =
    missing.length === 0 ? counted(fstab.length, "entry", "entries") : `${missing.length} not in the image`;
  return group(
    "fstab",
    "fstab",
    gist,
    [],
    [
      {
        label: "Mounts",
        head: ["Place", "Device", "Type"],
        rows: fstab.map(({ mountPoint, spec, type, options, inImage, line }) => ({
          cells: [mountPoint, inImage === false ? `${spec} (not in the image)` : spec, type],
          hint: `/etc/fstab:${line}, ${listOr(options, "no options")}`,
        })),
      },
    ],
  );
}

export function growthGroup({ growth }: ImageFacts): FactGroup | null {
  if (growth === null) return null;
  const { partitionBy, filesystemBy, rootIsLast } = growth;
  const grows = filesystemBy !== null && rootIsLast !== false;
  return group("growth", "Growth", grows ? "the root grows" : "the root stays as it is", [
    { name: "Partition", value: partitionBy === null ? "grown by nobody" : `grown by ${partitionBy}` },
    { name: "Filesystem", value: filesystemBy === null ? "grown by nobody" : `grown by ${filesystemBy}` },
    rootIsLast === null
      ? null
      : {
          name: "Room behind",
          value: rootIsLast ? "the root is the last partition" : "another partition follows",
        },
  ]);
}
