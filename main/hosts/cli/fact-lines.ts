import type { ImageFacts } from "#contract/facts.ts";
import { formatBytes } from "./terminal/format.ts";
import { dim, yellow } from "./terminal/style.ts";

const column = 12;
const row = (title: string, text: string): string => `${title.padEnd(column)} ${text}`;

/** The facts of an image as a person reads them: what it is, what is inside, what could not be read. */
export function factLines(facts: ImageFacts): string[] {
  const { archive, compressedClusters } = facts;
  const packed = [
    ...(compressedClusters === null || compressedClusters === "none"
      ? []
      : [`${compressedClusters} clusters`]),
    ...(archive === null ? [] : [`inside ${archive}`]),
  ];
  const size = `${formatBytes(facts.fileBytes)} file, ${formatBytes(facts.virtualBytes)} disk`;
  return [
    row("format", [facts.format, ...packed, size].join(", ")),
    ...operatingSystem(facts),
    ...partitions(facts),
    ...services(facts),
    ...installer(facts),
    ...facts.notes.map((note) => row("note", yellow(note))),
  ];
}

function operatingSystem({ os, kernels, boot }: ImageFacts): string[] {
  if (os === null) return [];
  const name = os.prettyName ?? os.id ?? os.family;
  const kernel = kernels.map(({ version }) => version).join(", ");
  const ways =
    boot === null
      ? []
      : [...(boot.biosBootCode ? ["BIOS"] : []), ...(boot.efiRemovablePath === null ? [] : ["UEFI"])];
  return [
    row("system", os.architecture === null ? name : `${name}, ${os.architecture}`),
    ...(kernel === "" ? [] : [row("kernel", kernel)]),
    ...(ways.length === 0 ? [] : [row("boots by", ways.join(", "))]),
    ...(boot?.serialConsole === true ? [row("console", "on the serial port")] : []),
  ];
}

function partitions({ partitions: all, partitionTable, rootPartition }: ImageFacts): string[] {
  return all.map((partition, index) => {
    const { filesystem } = partition;
    const kind = filesystem === null ? partition.typeName : filesystem.type;
    const name = filesystem?.label ?? "";
    const label = name === "" ? "" : ` "${name}"`;
    const role = partition.number === rootPartition ? ", root" : "";
    const reason = filesystem?.unreadable ?? "";
    const unreadable = reason === "" ? "" : `  ${yellow(reason)}`;
    const text = `${partition.number}: ${kind}${label}, ${formatBytes(partition.sizeBytes)}${role}${unreadable}`;
    return row(index === 0 ? (partitionTable ?? "disk") : "", text);
  });
}

function services({ cloudInit, sshd, identity }: ImageFacts): string[] {
  const where = (place: { path: string; line: number | null } | null): string =>
    place === null ? "" : `  ${dim(`${place.path}${place.line === null ? "" : `:${place.line}`}`)}`;
  const sources = cloudInit?.datasourceList?.join(", ") ?? "cloud-init's own order";
  return [
    ...(cloudInit === null
      ? []
      : [
          row(
            "cloud-init",
            `${cloudInit.version ?? "unknown version"}, ${cloudInit.enabledAtBoot ? "runs at boot" : `off${where(cloudInit.disabledBy)}`}`,
          ),
          row("datasources", sources + where(cloudInit.decidedBy)),
        ]),
    ...(sshd === null
      ? []
      : [
          row(
            "sshd",
            `${sshd.binaryPath === null ? "not installed" : sshd.enabledAtBoot ? "starts at boot" : "does not start at boot"}${where(sshd.enabledBy)}`,
          ),
        ]),
    ...(identity === null
      ? []
      : [row("identity", `machine-id ${identity.machineId}, host name ${identity.hostname ?? "unset"}`)]),
  ];
}

function installer({ iso }: ImageFacts): string[] {
  if (iso === null) return [];
  const ways = [...(iso.bootBios ? ["BIOS"] : []), ...(iso.bootUefi ? ["UEFI"] : [])];
  return [
    row("volume", [...new Set([iso.volumeId, ...(iso.osGuess === null ? [] : [iso.osGuess])])].join(", ")),
    row("boots by", ways.length === 0 ? "nothing: it cannot be booted" : ways.join(", ")),
  ];
}
